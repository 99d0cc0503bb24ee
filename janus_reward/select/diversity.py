"""Selection down to a size by quality and by what the selection does not hold yet.

The value of a set is `(1 - d) * sum of quality + d * sum over features of H(count) / k`, with H the harmonic numbers:
each further row with the same features adds less. It is monotone and submodular, so that greedy selection by falling
thresholds comes within 1 - 1/e - epsilon of the best set (Badanidiyuru and Vondrak 2014).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from janus_reward.select.sketch import BUCKETS, Sketches

_FALL = 0.95


def greedy(
    quality: NDArray[np.float64], sketches: list[Sketches], tie: NDArray[np.uint64], size: int, diversity: float
) -> NDArray[np.int64]:
    """Places of the chosen rows.

    Args:
        quality: (n,) in [0, 1].
        sketches: each (n, k) features below `BUCKETS`.
        tie: (n,) orders equals.
        size: rows to choose.
        diversity: d in [0, 1].
    """
    if len(quality) <= size:
        return np.arange(len(quality))
    if diversity == 0:
        return np.lexsort((tie, -quality))[:size]
    state = _State(quality, np.hstack(sketches), len(sketches), diversity)
    chosen: list[int] = []
    left = np.arange(len(quality))
    gains = state.gains(left)
    level = float(gains.max())
    while len(chosen) < size:
        order = np.lexsort((tie[left], -gains))
        high = order[gains[order] >= level]
        for at in left[high].tolist():
            if len(chosen) < size and state.gain(at) >= level:
                state.take(at)
                chosen.append(at)
        left = left[~state.taken[left]]
        gains = state.gains(left)
        level = min(level * _FALL, float(gains.max(initial=0.0)))
    return np.array(chosen)


class _State:
    """Which features the chosen rows have, and how often."""

    def __init__(self, quality: NDArray[np.float64], sketches: Sketches, tables: int, diversity: float) -> None:
        self._quality, self._diversity = quality, diversity
        offsets = np.repeat(np.arange(tables, dtype=np.int64) * BUCKETS, sketches.shape[1] // tables)
        self._features = sketches + offsets
        self._worth = np.ones(tables * BUCKETS, dtype=np.float32)
        self._counts = np.zeros(tables * BUCKETS, dtype=np.int32)
        self.taken = np.zeros(len(quality), dtype=bool)

    def gains(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """What each row would add now, (len(at),)."""
        found = np.empty(len(at))
        for start in range(0, len(at), 65_536):
            part = at[start : start + 65_536]
            novelty = self._worth[self._features[part]].mean(axis=1)
            found[start : start + 65_536] = (1 - self._diversity) * self._quality[part] + self._diversity * novelty
        return found

    def gain(self, at: int) -> float:
        """What one row would add now."""
        novelty = float(self._worth[self._features[at]].mean())
        return float((1 - self._diversity) * self._quality[at] + self._diversity * novelty)

    def take(self, at: int) -> None:
        """Add a row to the chosen ones."""
        features = self._features[at]
        np.add.at(self._counts, features, 1)
        self._worth[features] = 1 / (1 + self._counts[features])
        self.taken[at] = True
