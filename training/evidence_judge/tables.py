"""Runs as numbers: the evidence of every scored row as one matrix."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import janus_reward as jr
from janus_reward.dataset import open_source
from janus_reward.errors import RunConflict
from janus_reward.evidence import SIGNALS
from janus_reward.run import Run

Array = NDArray[np.float64]

NAMES: tuple[str, ...] = tuple(SIGNALS)
"""The columns of every matrix, in the order of the registry."""


@dataclass(frozen=True, slots=True)
class Table:
    """The evidence of a run. `x` is (n, signals) with NaN where a signal was not measured; the rest are (n,)."""

    ids: NDArray[np.str_]
    domain: NDArray[np.str_]
    task: NDArray[np.str_]
    outcome: NDArray[np.str_]
    x: Array

    def take(self, rows: NDArray[np.bool_]) -> Table:
        """Only these rows."""
        return Table(self.ids[rows], self.domain[rows], self.task[rows], self.outcome[rows], self.x[rows])

    def index(self) -> dict[str, int]:
        """Row number by id."""
        return {str(id_): row for row, id_ in enumerate(self.ids)}


def evidence_of(source: Path, run: Path, cache: Path | None, workers: int | None) -> Table:
    """Score a source into a run folder and read its evidence.

    A finished run of the same source and version is read as it is: evidence does not depend on the judge. One of
    other settings is replaced, while the pictures stay in `cache`.
    """
    if _measured(source, run):
        return table_of(Run(run))
    try:
        return table_of(jr.score_dataset(source, run, cache=cache, workers=workers))
    except RunConflict:
        shutil.rmtree(run)
        return table_of(jr.score_dataset(source, run, cache=cache, workers=workers))


def _measured(source: Path, run: Path) -> bool:
    if not (run / "manifest.json").is_file():
        return False
    manifest = Run(run).manifest
    wanted = (open_source(str(source)).fingerprint(), jr.__version__)
    settings = manifest["settings"]
    return bool(manifest.get("finished")) and (settings["source_sha256"], settings["janus_reward"]) == wanted


def table_of(run: Run) -> Table:
    """The evidence of a finished run."""
    table = run.table(["id", "domain", "task", "outcome", "evidence"])
    text = {name: np.array([str(value) for value in table[name].to_pylist()]) for name in table.column_names[:4]}
    rows = table["evidence"].to_pylist()
    x = np.array([[_number(row, name) for name in NAMES] for row in rows], dtype=float).reshape(len(rows), len(NAMES))
    return Table(text["id"], text["domain"], text["task"], text["outcome"], x)


def column(name: str) -> int:
    """Where a signal stands in the matrix."""
    return NAMES.index(name)


def columns(names: Sequence[str]) -> list[int]:
    """Where several signals stand in the matrix."""
    return [NAMES.index(name) for name in names]


def _number(row: dict[str, float | None] | None, name: str) -> float:
    value = (row or {}).get(name)
    return float("nan") if value is None else float(value)
