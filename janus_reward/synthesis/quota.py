"""How many triples of each slice were kept, and whether one is full."""

from __future__ import annotations

from collections import Counter


class Quota:
    """Counts kept triples by slice.

    Args:
        most: kept triples of one slice; no limit when `None`.
    """

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._kept: Counter[str] = Counter()

    def add(self, slice_: str) -> None:
        """One more was kept."""
        self._kept[slice_] += 1

    def full(self, slice_: str) -> bool:
        """Whether no more of this slice may be kept."""
        return self._most is not None and self._kept[slice_] >= self._most
