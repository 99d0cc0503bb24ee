"""The main of a job's process: `python -m janus_reward.serve.job`, told on stdin what to score.

Exit codes as on the command line: 0 done, 2 it cannot be done, 3 stopped, to be gone on with.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import pyarrow.parquet as pq

from janus_reward.errors import JanusError
from janus_reward.run import Run
from janus_reward.run.shards import parts
from janus_reward.scoring import Progress, score_dataset
from janus_reward.serve.jobs import PROGRESS, RESULTS

_PR_SET_PDEATHSIG = 1
_SHARD_ROWS = 64
_TELL_S = 0.5


def main() -> int:
    """Score, tell how far it is, put the results into one file."""
    signal.signal(signal.SIGTERM, _interrupt)
    # When the web process dies this one does too: the next one takes the job up, and a run folder has one writer.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(10)
    try:
        asked = json.load(sys.stdin)
        return _scored(asked, _Teller(Path(asked["folder"]) / PROGRESS))
    except KeyboardInterrupt:
        return 3


def _scored(asked: dict[str, Any], teller: _Teller) -> int:
    folder = Path(asked["folder"])
    try:
        run = score_dataset(
            asked["source"],
            folder / "run",
            judge=asked["judge"],
            rubrics=asked["rubrics"],
            mapping=asked["map"],
            render=asked["render"],
            limit=asked["limit"],
            workers=asked["workers"],
            seed=asked["seed"],
            shard_rows=_SHARD_ROWS,
            ledger=asked["ledger"],
            budget=asked["budget"],
            on_progress=teller.progress,
        )
    except JanusError as error:
        teller.tell(message=error.message)
        return error.exit_code
    _join(run, folder / RESULTS)
    summary = {name: value for name, value in run.summary().as_dict().items() if name != "path"}
    teller.tell(rows=summary["rows"], done=summary["rows"], outcomes=summary["outcomes"], summary=summary)
    return 0


class _Teller:
    """Writes how far the job is, at most twice a second."""

    def __init__(self, path: Path) -> None:
        self._path, self._last = path, 0.0
        self._told: dict[str, Any] = {}

    def progress(self, progress: Progress) -> None:
        """As `score_dataset` calls it."""
        known = {"rows": progress.total, "done": progress.done, "outcomes": dict(progress.outcomes)}
        self._told |= {**known, "spent": progress.spent}
        if time.monotonic() - self._last >= _TELL_S:
            self.tell()

    def tell(self, **facts: Any) -> None:
        """Write what is known, and these facts."""
        self._told |= facts
        self._last = time.monotonic()
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(self._told), encoding="utf-8")
        part.replace(self._path)


def _join(run: Run, target: Path) -> None:
    """All shards as one Parquet file."""
    part = target.with_suffix(".part")
    files = parts(run.folder)
    with pq.ParquetWriter(part, pq.read_schema(files[0]), compression="zstd") as writer:
        for file in files:
            writer.write_table(pq.read_table(file))
    part.replace(target)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
