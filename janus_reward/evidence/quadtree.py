"""A picture split into quarters while they are uneven: how many parts that takes (Zheng et al. 2009)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_DEPTH = 5
_LEAST_SIDE = 8
_SPREAD = 10.0

Sums = NDArray[np.float64]


def leaves(luma: NDArray[np.float32]) -> int:
    """Leaves of the tree whose parts are split in the middle, five times at most, while they spread by 10 of 255.

    Args:
        luma: (h, w), at least 16 in both directions; a part with a side below 8 is not split.
    """
    rows, columns = (_cuts(side, _DEPTH - 1) for side in luma.shape)
    levels = [_cells(luma, rows, columns)]
    while len(levels[0][0]) > 1:
        levels.insert(0, (_quartered(levels[0][0]), _quartered(levels[0][1])))
    reached, split = np.ones((1, 1), dtype=bool), 0
    for depth, (sums, squares) in enumerate(levels):
        step = 1 << _DEPTH - 1 - depth
        tall, wide = np.diff(rows[::step])[:, None], np.diff(columns[::step])[None]
        mean, square = sums / (tall * wide), squares / (tall * wide)
        uneven = (square - mean**2 >= _SPREAD**2) & (np.minimum(tall, wide) >= _LEAST_SIDE)
        parted = reached & uneven
        split += int(np.count_nonzero(parted))
        reached = parted.repeat(2, axis=0).repeat(2, axis=1)
    return 1 + 3 * split


def _cuts(side: int, times: int) -> NDArray[np.int64]:
    """(2**times + 1,) where a side is cut when each part is halved so many times."""
    cuts: Sequence[int] = (0, side)
    for _ in range(times):
        cuts = [0, *(cut for low, high in pairwise(cuts) for cut in ((low + high) // 2, high))]
    return np.array(cuts)


def _cells(luma: NDArray[np.float32], rows: NDArray[np.int64], columns: NDArray[np.int64]) -> tuple[Sums, Sums]:
    """Sums of luma and of its squares between the cuts."""
    from janus_reward.evidence.kernels.survey import cells

    sums, squares = np.empty((len(rows) - 1, len(columns) - 1)), np.empty((len(rows) - 1, len(columns) - 1))
    cells(luma, rows, columns, sums, squares)
    return sums, squares


def _quartered(cells: Sums) -> Sums:
    """Sums of each two by two cells."""
    half = len(cells) // 2
    found: Sums = cells.reshape(half, 2, half, 2).sum(axis=(1, 3))
    return found
