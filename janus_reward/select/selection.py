"""A policy applied to a run, as a folder: every row with keep, drop or review and the first reason, and the funnel."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
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
from janus_reward.run.shards import ShardFolder, batches, parts
from janus_reward.select.decide import Decided, decide
from janus_reward.select.decisions import CHOICES, Decisions
from janus_reward.select.policy import Policy
from janus_reward.select.policy_file import RowPolicy
from janus_reward.select.relations import HITS, REMOVED
from janus_reward.select.rows import Rows

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("row", pa.int64()),
        ("decision", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("value", pa.float64()),
        ("tier", pa.string()),
        ("weight", pa.float64()),
    ]
)
"""Columns of `decisions/part-*.parquet`, one row for each row of the run, in its order. `value` is the number that the
policy ranked by; `detail` names the survivor of a duplicate or the benchmark item; `tier` and `weight` are of kept
rows."""

_SHARD = 131_072


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
    opened = run if isinstance(run, Run) else Run(run)
    related = {"dedup": _path(dedup), "contamination": _path(contamination)}
    rows = Rows(opened)
    settings = {
        "command": "select",
        "policy": _plain(policy),
        "run": run_digest(opened),
        "dedup": _file_digest(related["dedup"], REMOVED),
        "contamination": _file_digest(related["contamination"], HITS),
        "janus_reward": version("janus-reward"),
    }
    info = {"run": os.path.relpath(opened.path.resolve(), Path(out).resolve())}
    for name, path in related.items():
        if path is not None:
            info[name] = os.path.relpath(path.resolve(), Path(out).resolve())
    folder = RunFolder(Path(out), settings, info)
    try:
        if not folder.manifest.get("finished"):
            started = time.monotonic()
            decided = _decided(rows, policy, related["dedup"], related["contamination"])
            _write(Path(out), rows, policy, decided)
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


def _decided(rows: Rows, policy: Policy | RowPolicy, dedup: Path | None, contamination: Path | None) -> Decided:
    if isinstance(policy, Policy):
        return decide(rows, policy, dedup, contamination)
    if dedup is not None or contamination is not None:
        raise InputError("a policy in Python decides alone", hint="Leave --dedup and --contamination out.")
    return _called(rows, policy)


def _called(rows: Rows, policy: RowPolicy) -> Decided:
    """Ask a function about each row."""
    decisions, names = Decisions(len(rows)), dict[tuple[str, str], list[int]]()
    at = 0
    for batch in rows.run.batches():
        for row in batch.to_pylist():
            answer = policy(row)
            if answer.verdict not in CHOICES:
                raise InputError(f"the policy said {answer.verdict!r} of {row['id']}", hint="Say keep, drop or review.")
            names.setdefault((answer.verdict, answer.reason), []).append(at)
            at += 1
    for (verdict, reason), places in sorted(names.items()):
        where = np.zeros(len(rows), dtype=bool)
        where[places] = True
        decisions.settle(verdict, where, reason)  # type: ignore[arg-type]
    values = rows.numbers("score")
    return Decided(decisions, values, float((~np.isnan(values)).mean()) if len(values) else None, [])


def _write(out: Path, rows: Rows, policy: Policy | RowPolicy, decided: Decided) -> None:
    decisions, tiers = decided.decisions, policy.tiers if isinstance(policy, Policy) else ()
    kept, values = decisions.kept(), decided.values
    tier = np.full(len(rows), -1, dtype=np.int32)
    for number in reversed(range(len(tiers))):
        tier[kept & (values >= tiers[number].min)] = number
    columns = [
        rows.ids.cast(pa.string()),
        pa.array(rows.row),
        _named(decisions.choice, list(CHOICES)),
        _named(decisions.reason, decisions.reasons),
        pa.array([decisions.details.get(at) for at in range(len(rows))], pa.string()),
        pa.array(values, from_pandas=True),
        _named(tier, [one.name for one in tiers]),
        pa.array(_weights(policy, kept, values), from_pandas=True),
    ]
    table = pa.Table.from_arrays(columns, schema=SCHEMA)
    shards = ShardFolder(out / "decisions", SCHEMA, _SHARD)
    for number in range(max(1, -(-len(rows) // _SHARD))):
        shards.write_table(number, table.slice(number * _SHARD, _SHARD))


def _weights(policy: Policy | RowPolicy, kept: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Weights of the kept rows, 1 without a rule, (n,); NaN for the others."""
    if not isinstance(policy, Policy) or policy.weight is None:
        return np.where(kept, 1.0, np.nan)
    rule = policy.weight
    share = np.clip((np.nan_to_num(values, nan=rule.low) - rule.low) / (rule.high - rule.low), 0, 1)
    return np.where(kept, np.round(rule.least + (1 - rule.least) * share, 6), np.nan)


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


def _named(codes: np.ndarray, names: list[str]) -> pa.Array:
    places = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(places, pa.array(names, pa.string())).cast(pa.string())


def _plain(policy: Policy | RowPolicy) -> Mapping[str, Any]:
    if isinstance(policy, Policy):
        return policy.plain()
    return {"name": f"{policy.__module__}:{getattr(policy, '__name__', type(policy).__name__)}", "function": True}


def _file_digest(folder: Path | None, name: str) -> str | None:
    if folder is None:
        return None
    try:
        with (folder / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        hint = "Give the folder that the command wrote; is it finished?"
        raise InputError(f"cannot read {folder / name}: {error.strerror}", hint=hint) from error


def _path(folder: str | Path | None) -> Path | None:
    return None if folder is None else Path(folder)
