"""How much of two bags of things is the same: precision, recall, F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Overlap:
    """Precision, recall and their harmonic mean (van Rijsbergen 1979), each 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """2 P R / (P + R); 0 when both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def overlap(found: Iterable[Hashable], wanted: Iterable[Hashable]) -> Overlap | None:
    """Compare two bags: what occurs twice must be found twice.

    Returns: `None` when nothing is wanted, for then there is nothing to agree with; 0 when nothing was found.
    """
    here, there = Counter(found), Counter(wanted)
    if not there:
        return None
    return shared(float((here & there).total()), here.total(), there.total())


def shared(common: float, found: int, wanted: int) -> Overlap:
    """The overlap when `common` of `found` and of `wanted` things agree; `common` may count likenesses below 1."""
    return Overlap(common / found if found else 0.0, common / wanted if wanted else 0.0)
