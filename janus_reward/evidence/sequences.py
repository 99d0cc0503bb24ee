"""Align two sequences by their longest common subsequence, at a cost that no input can raise."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

MAX_ITEMS = 3000
"""Beyond their common head and tail, at most so many items a side are aligned; the rest counts as replaced."""

Run = tuple[bool, slice, slice]


def runs(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Run]:
    """Runs of both sequences in order: whether their items are equal, and where they are in each.

    Time and memory grow with the product of the lengths of what differs, at most 3,000 by 3,000 cells.
    """
    head = common_head(old, new)
    tail = common_head(old[head:][::-1], new[head:][::-1])
    yield True, slice(0, head), slice(0, head)
    pairs = _pairs(old[head : len(old) - tail][:MAX_ITEMS], new[head : len(new) - tail][:MAX_ITEMS])
    at, to = head, head
    for first, second in pairs:
        if first + head > at or second + head > to:
            yield False, slice(at, first + head), slice(to, second + head)
        at, to = first + head + 1, second + head + 1
        yield True, slice(at - 1, at), slice(to - 1, to)
    yield False, slice(at, len(old) - tail), slice(to, len(new) - tail)
    yield True, slice(len(old) - tail, len(old)), slice(len(new) - tail, len(new))


def common_head(old: Sequence[Hashable], new: Sequence[Hashable]) -> int:
    """Length of the start that both share."""
    length = 0
    for first, second in zip(old, new, strict=False):
        if first != second:
            break
        length += 1
    return length


def _pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Positions of a longest common subsequence; the table is built from the ends, so that earlier pairs win."""
    numbers: dict[Hashable, int] = {}
    first = _numbered(old, numbers)
    second = _numbered(new, numbers)
    lengths = _lengths(first, second)
    found, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        if first[i] == second[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1, j] >= lengths[i, j + 1]:
            i += 1
        else:
            j += 1
    return found


def _numbered(items: Sequence[Hashable], numbers: dict[Hashable, int]) -> NDArray[np.int32]:
    return np.array([numbers.setdefault(item, len(numbers)) for item in items], dtype=np.int32)


def _lengths(first: NDArray[np.int32], second: NDArray[np.int32]) -> NDArray[np.int16]:
    """(n + 1, m + 1) lengths of the longest common subsequence of what starts at each pair of positions."""
    lengths = np.zeros((len(first) + 1, len(second) + 1), dtype=np.int16)
    for i in range(len(first) - 1, -1, -1):
        below = lengths[i + 1]
        best = np.maximum(below[:-1], below[1:] + (second == first[i]))
        lengths[i, :-1] = np.maximum.accumulate(best[::-1])[::-1]
    return lengths
