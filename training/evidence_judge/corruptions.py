"""Pairs of a good triple and its damaged twin, joined with the evidence of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from training.evidence_judge.additive import Ordered
from training.evidence_judge.tables import Table, evidence_of

_MARGINS = {1: 0.3, 2: 0.7, 3: 1.2}
"""Points that a damage of each severity must cost at least."""


@dataclass(frozen=True, slots=True)
class Corruptions:
    """The pairs of a folder that `training/corrupt.py` wrote.

    Args:
        pairs: rows of `pairs.parquet`; only those whose both sides are in the table.
    """

    table: Table
    pairs: Sequence[Mapping[str, Any]]

    def ordered(self, criterion: str, domains: Sequence[str], tasks: Sequence[str], elsewhere: float) -> list[Ordered]:
        """The pairs that say something about a criterion.

        Args:
            criterion: the criterion that must drop, or must not move.
            domains: pairs of these have weight 1; of all where empty.
            tasks: the same for the task.
            elsewhere: weight of the pairs of other domains and tasks (0 leaves them out).
        """
        at = self.table.index()
        kept = [pair for pair in self.pairs if not pair["holdout"]]
        rows = [(at[pair["good_id"]], at[pair["bad_id"]], pair) for pair in kept]
        domain, task = self.table.domain, self.table.task
        found = []
        for name, inside, weight in (("near", True, 1.0), ("far", False, elsewhere)):
            chosen = [
                row
                for row in rows
                if ((not domains or domain[row[0]] in domains) and (not tasks or task[row[0]] in tasks)) is inside
            ]
            found += self._sets(f"{criterion}/{name}", chosen, criterion, weight) if weight else []
        return found

    def _sets(
        self, name: str, rows: Sequence[tuple[int, int, Mapping[str, Any]]], criterion: str, weight: float
    ) -> list[Ordered]:
        lowered = [
            (good, bad, _MARGINS[int(pair["severity"])]) for good, bad, pair in rows if criterion in pair["lowers"]
        ]
        kept = [(good, bad, 0.0) for good, bad, pair in rows if criterion in pair["keeps"]]
        named = ((f"{name}/lowers", lowered, weight), (f"{name}/keeps", kept, 0.5 * weight))
        return [self._ordered(label, pairs, share) for label, pairs, share in named if len(pairs) >= 5]

    def _ordered(self, name: str, pairs: Sequence[tuple[int, int, float]], weight: float) -> Ordered:
        good, bad = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        x = self.table.x
        margin = np.array([pair[2] for pair in pairs])
        return Ordered(name, x[good], x[bad], margin, self.groups()[good][:, None], weight)

    def groups(self) -> NDArray[np.str_]:
        """(n,) what belongs together in the table: versions of one chart share most of their code."""
        return np.array([str(id_).split("~")[0].removesuffix("/custom") for id_ in self.table.ids])

    def without(self, held: NDArray[np.bool_]) -> Corruptions:
        """Only the pairs whose good side is not held, by row of the table."""
        at = self.table.index()
        return Corruptions(self.table, [pair for pair in self.pairs if not held[at[pair["good_id"]]]])


def read_corruptions(folder: Path, run: Path, cache: Path | None, workers: int | None) -> Corruptions:
    """Score the triples of the folder where needed and join the pairs with their evidence."""
    table = evidence_of(folder / "triples.jsonl", run, cache, workers)
    there = set(table.ids.tolist())
    pairs = pq.read_table(folder / "pairs.parquet").to_pylist()
    return Corruptions(table, [pair for pair in pairs if {pair["good_id"], pair["bad_id"]} <= there])
