"""A policy applied to a run, as a folder: every row with keep, drop or review and the first reason, and the funnel."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from janus_reward.errors import InputError
from janus_reward.render.store import digest
from janus_reward.run import Run
from janus_reward.run.manifest import RunFolder, read_manifest
from janus_reward.run.shards import batches, parts
from janus_reward.select.decide import Decided, decide
from janus_reward.select.decision_table import SCHEMA, write_decisions
from janus_reward.select.decisions import Decisions
from janus_reward.select.function import RowPolicy, decide_by_function, described
from janus_reward.select.policy import Policy, Tier, Weight
from janus_reward.select.relations import HITS, REMOVED
from janus_reward.select.rows import Rows


class Selection:
    """The folder that `select` wrote.

    Args:
        path: the folder.

    Raises:
        InputError: it holds no finished selection.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        manifest = read_manifest(self.path)
        if manifest is None or manifest["settings"].get("command") != "select" or not manifest.get("finished"):
            raise InputError(
                f"{path} holds no finished selection", hint="Make it with `janus-reward select RUN --policy P -o OUT`."
            )
        self.manifest: dict[str, Any] = manifest

    @property
    def summary(self) -> dict[str, Any]:
        """Counts, funnel, coverage; the object that `--json` prints."""
        return {"path": str(self.path), **self.manifest["summary"]}

    def run(self, moved: str | Path | None = None) -> Run:
        """The run that was selected from; `moved` says where it lies now. Raises InputError when it is another."""
        run = Run(moved or (self.path / self.manifest["info"]["run"]))
        if run_digest(run) != self.manifest["settings"]["run"]:
            raise InputError(f"{run.path} is not the run that {self.path} was selected from")
        return run

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The decisions, in the order of the run."""
        return batches(self.path / "decisions")

    def table(self) -> pa.Table:
        """All decisions in memory."""
        return pa.Table.from_batches(self.batches(), SCHEMA)

    def ids(self, decision: str = "keep") -> list[str]:
        """Ids of the rows so decided."""
        table = self.table()
        return [
            id_
            for id_, own in zip(table["id"].to_pylist(), table["decision"].to_pylist(), strict=True)
            if own == decision
        ]


def select_run(
    run: str | Path | Run,
    policy: Policy | RowPolicy,
    out: str | Path,
    *,
    dedup: str | Path | None = None,
    contamination: str | Path | None = None,
) -> Selection:
    """Apply a policy to a run; the same call on a finished folder returns it.

    Args:
        run: of `score dataset`.
        policy: see `load_policy`.
        out: folder for `decisions/`, `manifest.json`.
        dedup: folder that `dedup` wrote about this run.
        contamination: folder that `decontaminate` wrote about this run.

    Raises:
        InputError: the run or the policy cannot be used; RunConflict: the folder belongs to another selection.
    """
    opened = _whole(run if isinstance(run, Run) else Run(run))
    related = {"dedup": _path(dedup), "contamination": _path(contamination)}
    rows = Rows(opened)
    settings = {
        "command": "select",
        **policy_settings(policy),
        "run": run_digest(opened),
        "dedup": _file_digest(related["dedup"], REMOVED),
        "contamination": _file_digest(related["contamination"], HITS),
        "janus_reward": version("janus-reward"),
    }
    info = {"run": os.path.relpath(opened.path.resolve(), Path(out).resolve())}
    for name, path in related.items():
        if path is not None:
            info[name] = os.path.relpath(path.resolve(), Path(out).resolve())
    started = time.monotonic()
    decided = None if _is_finished(Path(out)) else _decided(rows, policy, related["dedup"], related["contamination"])
    folder = RunFolder(Path(out), settings, info)
    try:
        if decided is not None:
            write_decisions(Path(out) / "decisions", rows, decided, *_beside_kept(policy))
            folder.save(summary=_summary(rows, policy, decided), wall_s=round(time.monotonic() - started, 3))
            folder.save(finished=True)
        folder.save(status="done")
    finally:
        folder.close()
    return Selection(out)


def run_digest(run: Run) -> str:
    """What tells a run from another: its settings, and the number and sizes of its rows."""
    sizes = [[path.name, path.stat().st_size] for path in parts(run.folder)]
    return digest({"settings": run.manifest["settings"], "shards": sizes})


def exportable(selection: Selection, least: float | None = None) -> None:
    """Raise InputError when too few rows could be scored for the selection to speak for the set.

    Args:
        selection: that would be exported.
        least: share of the rows to accept instead of the policy's `coverage`.
    """
    summary = selection.summary
    floor = summary["coverage_floor"] if least is None else least
    coverage = summary["coverage"]
    if coverage is not None and coverage < floor:
        raise InputError(
            f"only {coverage:.1%} of the rows have the scores that the policy asks for; the floor is {floor:.0%}",
            hint="See why with `janus-reward inspect RUN`, or accept it with --coverage.",
        )


def _whole(run: Run) -> Run:
    """The run, when all its rows are there: a selection of a part would change with every start."""
    if not run.manifest.get("finished"):
        raise InputError(
            f"{run.path} is not finished: {len(run)} rows so far",
            hint="Run its `score dataset` command again to go on; --what-if looks at what is there.",
        )
    return run


def _is_finished(out: Path) -> bool:
    manifest = read_manifest(out)
    return manifest is not None and bool(manifest.get("finished"))


def _decided(rows: Rows, policy: Policy | RowPolicy, dedup: Path | None, contamination: Path | None) -> Decided:
    if isinstance(policy, Policy):
        return decide(rows, policy, dedup, contamination)
    return decide_by_function(rows, policy, dedup, contamination)


def _beside_kept(policy: Policy | RowPolicy) -> tuple[tuple[Tier, ...], Weight | None]:
    return (policy.tiers, policy.weight) if isinstance(policy, Policy) else ((), None)


def _summary(rows: Rows, policy: Policy | RowPolicy, decided: Decided) -> dict[str, Any]:
    decisions = decided.decisions
    counts = np.bincount(decisions.choice, minlength=3).tolist()
    named = dict(zip(("kept", "dropped", "review"), counts, strict=True))
    return {
        "rows": len(rows),
        **named,
        "coverage": decided.coverage,
        "coverage_floor": policy.coverage if isinstance(policy, Policy) else 0.0,
        "cuts": decided.cuts,
        "funnel": [asdict(step) for step in decisions.steps()],
        "slices": {by: _by_slice(rows, by, decisions) for by in ("domain", "task", "language")},
    }


def _by_slice(rows: Rows, by: str, decisions: Decisions) -> dict[str, dict[str, int]]:
    codes, names = rows.slices(by)
    found = {}
    for code, name in enumerate(names):
        own = codes == code
        if own.any():
            counts = np.bincount(decisions.choice[own], minlength=3).tolist()
            found[name] = {"rows": int(own.sum()), "kept": counts[0], "dropped": counts[1], "review": counts[2]}
    return found


def policy_settings(policy: Policy | RowPolicy) -> dict[str, Any]:
    """All of a policy that decides: what it says, and the hashes of the files that it names. Raises InputError."""
    if not isinstance(policy, Policy):
        return {"policy": described(policy), "policy_files": {}}
    return {
        "policy": policy.plain(),
        "policy_files": {name: _sha256(Path(name), "Is it the file that the policy means?") for name in policy.files()},
    }


def _file_digest(folder: Path | None, name: str) -> str | None:
    if folder is None:
        return None
    return _sha256(folder / name, "Give the folder that the command wrote; is it finished?")


def _sha256(path: Path, hint: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", hint=hint) from error


def _path(folder: str | Path | None) -> Path | None:
    return None if folder is None else Path(folder)
