"""Counts over a run's tables, computed in one pass with flat memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from janus_reward.run.shards import batches, parts

HISTOGRAM_EDGES = tuple(1 + 0.5 * step for step in range(9))
"""Edges of the score histogram: eight bins of half a point from 1 to 5."""


@dataclass(slots=True)
class RunSummary:
    """What a run did: "scored M of N", by outcome, reason, score and stage.

    Args:
        rows, scored, errors: rows written; rows with a total; rows with an error.
        outcomes: rows by render outcome.
        reasons: rows without a total by reason.
        criteria: for each criterion (scored, applicable, mean of the scored or None).
        histogram: counts of totals between `HISTOGRAM_EDGES`.
        flags: rows by flag.
        stages: wall seconds by stage, summed over rows.
        cost: what a model judge cost in all starts: calls, tokens, money, replies from the ledger; empty for others.
    """

    path: str
    status: str
    rows: int = 0
    scored: int = 0
    errors: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    criteria: dict[str, dict[str, float | int | None]] = field(default_factory=dict)
    mean: float | None = None
    median: float | None = None
    histogram: list[int] = field(default_factory=lambda: [0] * (len(HISTOGRAM_EDGES) - 1))
    flags: Counter[str] = field(default_factory=Counter)
    stages: dict[str, float] = field(default_factory=dict)
    wall_s: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain JSON-able values; the object that `--json` prints."""
        plain = asdict(self)
        plain["outcomes"], plain["reasons"] = _by_count(self.outcomes), _by_count(self.reasons)
        plain["flags"] = _by_count(self.flags)
        return plain


def summarise(path: Path, manifest: Mapping[str, Any]) -> RunSummary:
    """Read the tables of a run once and count."""
    summary = RunSummary(str(path), str(manifest.get("status")), wall_s=round(float(manifest.get("wall_s", 0.0)), 3))
    summary.cost = dict(manifest.get("cost") or {})
    scored = (path / "scores").is_dir()
    totals: list[np.ndarray] = []
    for batch in batches(path / ("scores" if scored else "outcomes")):
        _count_renders(summary, batch)
        if scored:
            totals.append(_count_scores(summary, batch))
    _finish_scores(summary, np.concatenate(totals) if totals else np.empty(0))
    _count_stages(summary, path / "timings")
    return summary


def _count_renders(summary: RunSummary, batch: pa.RecordBatch) -> None:
    summary.rows += batch.num_rows
    summary.errors += batch.num_rows - batch.column("error").null_count
    summary.outcomes.update(value for value in batch.column("outcome").to_pylist() if value is not None)


def _count_scores(summary: RunSummary, batch: pa.RecordBatch) -> np.ndarray:
    summary.reasons.update(value for value in batch.column("reason").to_pylist() if value is not None)
    for flags in batch.column("flags").to_pylist():
        summary.flags.update(flags or ())
    summary.tokens_in += sum(value or 0 for value in batch.column("tokens_in").to_pylist())
    summary.tokens_out += sum(value or 0 for value in batch.column("tokens_out").to_pylist())
    for name in batch.schema.names:
        if f"{name}_reason" in batch.schema.names:
            _count_criterion(summary, name, batch)
    return np.array(batch.column("score").drop_null().to_numpy(zero_copy_only=False), dtype=float)


def _count_criterion(summary: RunSummary, name: str, batch: pa.RecordBatch) -> None:
    values = batch.column(name).drop_null().to_numpy(zero_copy_only=False)
    absent = batch.column(f"{name}_reason").to_pylist().count("not_applicable")
    entry = summary.criteria.setdefault(name, {"scored": 0, "applicable": 0, "mean": None})
    before = float(entry["mean"] or 0.0) * int(entry["scored"] or 0)
    entry["scored"] = int(entry["scored"] or 0) + len(values)
    entry["applicable"] = int(entry["applicable"] or 0) + batch.num_rows - absent
    if entry["scored"]:
        entry["mean"] = (before + float(values.sum())) / entry["scored"]


def _finish_scores(summary: RunSummary, totals: np.ndarray) -> None:
    summary.scored = len(totals)
    for entry in summary.criteria.values():
        if entry["mean"] is not None:
            entry["mean"] = round(float(entry["mean"]), 4)
    if len(totals):
        summary.mean, summary.median = round(float(totals.mean()), 4), round(float(np.median(totals)), 4)
        summary.histogram = [int(count) for count in np.histogram(totals, bins=HISTOGRAM_EDGES)[0]]


def _count_stages(summary: RunSummary, folder: Path) -> None:
    if not parts(folder):
        return
    for batch in batches(folder, ["render_s", "measure_s", "judge_s"]):
        for name in batch.schema.names:
            stage = name.removesuffix("_s")
            seconds = sum(value or 0.0 for value in batch.column(name).to_pylist())
            summary.stages[stage] = round(summary.stages.get(stage, 0.0) + seconds, 3)


def _by_count(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
