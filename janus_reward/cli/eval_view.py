"""Evaluations as tables in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table

if TYPE_CHECKING:
    from janus_reward.coder_eval.results import EvalRun, Paired


def results_view(run: EvalRun) -> Group:
    """One line a metric, then what it cost and what a reader of the suite's numbers should know."""
    table = Table("metric", "mean [95 %]", "of drawn", "scored", "s an answer", box=None)
    for line in run.results():
        drawn = "" if line.of_drawn is None else f"{line.of_drawn:.3f}"
        seconds = "" if line.seconds is None else f"{line.seconds:.4f}"
        table.add_row(line.name, str(line.estimate), drawn, f"{line.scored} of {line.answers}", seconds)
    summary = run.summary()
    words = [f"{summary['coder']} on {summary['suite']}: {summary['items']} items, {summary['answers']} answers"]
    words += [summary["cost"]["words"]] if summary["cost"] else []
    note = [f"note: {summary['note']}"] if summary["note"] else []
    return Group(table, "; ".join(words), *note, f"results: {run.path}")


def paired_view(found: Sequence[Paired], first: str, second: str) -> Table:
    """One line a metric."""
    table = Table("metric", first, second, "difference [95 %]", "better", "worse", "same", box=None)
    for line in found:
        counts = (str(line.better), str(line.worse), str(line.same))
        table.add_row(line.name, f"{line.first:.3f}", f"{line.second:.3f}", str(line.difference), *counts)
    return table
