"""What a synthesis made: its rows, the file of kept triples, its funnel and cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from janus_reward.errors import DiskError, InputError
from janus_reward.run.schema import Row
from janus_reward.run.shards import parts
from janus_reward.synthesis.funnel import Funnel, funnels
from janus_reward.synthesis.table import record


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What a synthesis made.

    Args:
        path: the run folder: `triples.jsonl` (kept), `jobs/part-*.parquet` (all plans), `manifest.json`.
        funnel: by strategy, and `all`.
        cost: what all starts paid.
    """

    path: Path
    funnel: dict[str, Funnel]
    cost: dict[str, Any]

    def rows(self) -> Iterator[Row]:
        """Every plan, in order."""
        yield from rows_of(self.path)

    def summary(self) -> dict[str, Any]:
        """Plain values; what `--json` prints."""
        made = {name: funnel.as_dict() for name, funnel in self.funnel.items()}
        return {"path": str(self.path), "kept": self.funnel["all"].kept, "strategies": made, "cost": self.cost}


def read_synthesis(path: str | Path) -> Synthesis:
    """A finished or stopped synthesis. Raises InputError when the folder holds none."""
    place = Path(path)
    try:
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no synthesis: {error}", hint="Give the folder that -o named.") from error
    return Synthesis(place, dict(funnels(rows_of(place))), manifest.get("cost") or {})


def rows_of(out: Path) -> Iterator[Row]:
    """Every plan of a run folder, in order."""
    for part in parts(out / "jobs"):
        yield from pq.read_table(part).to_pylist()


def write_triples(out: Path) -> None:
    """Write the kept rows as records, whole or not at all. Raises DiskError."""
    part, target = out / ".triples.tmp", out / "triples.jsonl"
    try:
        with part.open("w", encoding="utf-8") as file:
            for row in rows_of(out):
                if row["status"] == "kept":
                    file.write(json.dumps(record(row), ensure_ascii=False, sort_keys=True) + "\n")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DiskError(f"cannot write {target}: {error.strerror}", hint="Free space and run it again.") from error
