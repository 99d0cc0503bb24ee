"""The part that a removed record shares with its survivor, for people to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from janus_reward.dedup.families import TEXT
from janus_reward.dedup.fingerprint import shinglers
from janus_reward.dedup.settings import DedupSettings
from janus_reward.dedup.store import Store

_SHOWN = 400


class SharedParts:
    """Finds shared parts in the texts that a store kept.

    Args:
        store: with texts; without them every answer is empty.
        settings: that made the fingerprints.
    """

    def __init__(self, store: Store, settings: DedupSettings) -> None:
        self._store = store
        self._shinglers = shinglers(settings)

    @staticmethod
    def none() -> dict[str, Any]:
        """The answer when there is nothing to show."""
        return {"shared_share": None, "shared_start": None, "shared_end": None, "shared": None}

    def of(self, removed: int, survivor: int, agreeing: Sequence[str]) -> dict[str, Any]:
        """The longest run of shingles of the removed text that the survivor has too.

        Returns:
            `shared_share`: part of the removed text's shingles, in place, that the survivor has; `shared_start`,
            `shared_end`: characters; `shared`: that part, cut at 400 characters.
        """
        name = next((name for name in agreeing if name in self._shinglers), None)
        text = None if name is None else self._store.text(name, removed)
        if name is None or text is None:
            return self.none()
        family = int(self._store.families[removed]) if name == "code" else TEXT
        shingles, begins, ends = self._shinglers[name].positions(text, family)
        if not len(shingles):
            return self.none()
        common = np.isin(shingles, self._store.sets[name].of(survivor))
        first, last = longest_run(common)
        if last < first:
            return self.none()
        start, end = int(begins[first]), int(ends[last])
        return {
            "shared_share": float(common.mean()),
            "shared_start": len(text[:start].decode("utf-8", "replace")),
            "shared_end": len(text[:end].decode("utf-8", "replace")),
            "shared": text[start:end].decode("utf-8", "replace")[:_SHOWN],
        }


def longest_run(marks: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[int, int]:
    """First and last position of the longest run of True; (0, -1) when there is none."""
    edges = np.diff(np.concatenate([[0], marks.astype(np.int8), [0]]))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not len(begins):
        return 0, -1
    best = int((ends - begins).argmax())
    return int(begins[best]), int(ends[best]) - 1
