"""The grams of all benchmark parts in one table, idioms left out, and the compiled scan of a corpus against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from janus_reward.dedup.families import keyword_hashes
from janus_reward.dedup.hashing import FOLD, STEP
from janus_reward.dedup.lexer import lex
from janus_reward.dedup.shingle import MAX_BYTES, Utf8Column

_FILTER_BITS = 21
"""A filter of 256 KiB, which stays in a core's own cache beside what else is read."""
_STEP, _FOLD = np.uint64(STEP), np.uint64(FOLD)


@dataclass(frozen=True, slots=True)
class GramTable:
    """Grams of one size over m benchmark parts.

    Args:
        size: tokens per gram.
        values: (g,) uint32 different gram hashes, ascending; a gram is called by its position here.
        where: (g + 1,) int64: gram k is in the parts `parts[where[k]:where[k + 1]]`.
        parts: int32 part numbers.
        sizes: (m,) int64 grams of each part, idioms left out.
        slots: uint32 open-addressing table, 1 + gram; its length is a power of two.
        bits: uint8 filter over the leading bits of the hashes.
        idioms: grams left out because too many items share them.
    """

    size: int
    values: NDArray[np.uint32]
    where: NDArray[np.int64]
    parts: NDArray[np.int32]
    sizes: NDArray[np.int64]
    slots: NDArray[np.uint32]
    bits: NDArray[np.uint8]
    idioms: int

    def of_part(self, part: int) -> NDArray[np.int64]:
        """Numbers of the grams of a part, ascending."""
        found: NDArray[np.int64] = np.searchsorted(self.where, np.flatnonzero(self.parts == part), side="right") - 1
        return found


def gram_table(size: int, sets: Sequence[NDArray[np.uint32]], items: NDArray[np.int64], idiom_items: int) -> GramTable:
    """Make the table.

    Args:
        size: tokens per gram.
        sets: gram hashes of each part.
        items: (m,) the item that each part belongs to.
        idiom_items: a gram in more items than these is left out.
    """
    unique = [np.unique(one) for one in sets]
    values = np.concatenate([np.empty(0, np.uint32), *unique])
    parts = np.repeat(np.arange(len(unique), dtype=np.int32), [len(one) for one in unique])
    order = np.lexsort((parts, values))
    values, parts = values[order], parts[order]
    pairs = np.unique(np.stack([values.astype(np.int64), items[parts]]), axis=1)[0] if len(values) else values
    spread, counts = np.unique(pairs, return_counts=True)
    idioms = spread[counts > idiom_items].astype(np.uint32)
    kept = ~np.isin(values, idioms)
    values, parts = values[kept], parts[kept]
    grams, first = np.unique(values, return_index=True)
    sizes = np.bincount(parts, minlength=len(unique)).astype(np.int64)
    where = np.append(first, len(values)).astype(np.int64)
    slots, bits = _hashed(grams)
    return GramTable(size, grams, where, parts, sizes, slots, bits, len(idioms))


def _hashed(grams: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    length = 16
    while length < 2 * len(grams):
        length *= 2
    slots, bits = np.zeros(length, np.uint32), np.zeros(1 << (_FILTER_BITS - 3), np.uint8)
    _fill(grams, slots, bits)
    return slots, bits


@dataclass(frozen=True, slots=True)
class Found:
    """What one batch shares with the parts: candidates, and the grams that their rows have.

    Args:
        rows, parts, counts: (k,) each candidate: row of the batch, part, grams shared.
        grams: for each row that is a candidate, the grams it shares with any part.
    """

    rows: NDArray[np.int64]
    parts: NDArray[np.int64]
    counts: NDArray[np.int64]
    grams: dict[int, NDArray[np.int64]]


class Scan:
    """A scan of texts against one or two tables of different gram sizes, with one reading of each text.

    Args:
        tables: one or two.
        least: for each table, (m,) int64: grams that a row must share with a part to be a candidate.
        normalise: bits of the lexer.
    """

    def __init__(self, tables: Sequence[GramTable], least: Sequence[NDArray[np.int64]], normalise: int) -> None:
        self.tables, self._least, self._normalise = tables, least, normalise
        self.rows_with = [np.zeros(len(table.values), np.int64) for table in tables]
        self._stamps = [np.full(len(table.values), -1, np.int64) for table in tables]
        self._done = 0

    def __call__(self, column: Utf8Column, families: NDArray[np.uint8]) -> list[Found]:
        """Candidates of a column of texts, for each table; counts in `rows_with` the rows that have each gram."""
        lengths = np.minimum(np.diff(column.offsets), MAX_BYTES)
        longest = int(lengths.max(initial=0))
        one, other = self.tables[0], self.tables[-1]
        least, more = self._least[0], self._least[-1]
        scanned = _scan(
            column.data, column.offsets, families, longest, self._normalise, keyword_hashes(), len(self.tables) > 1,
            one.size, one.values, one.where, one.parts, one.slots, one.bits, least, self.rows_with[0], self._stamps[0],
            other.size, other.values, other.where, other.parts, other.slots, other.bits, more, self.rows_with[-1],
            self._stamps[-1], self._done,
        )  # fmt: skip
        self._done += len(lengths)
        return [_found(*part) for part in scanned[: len(self.tables)]]


def _found(
    rows: NDArray[np.int64],
    parts: NDArray[np.int64],
    counts: NDArray[np.int64],
    owners: NDArray[np.int64],
    ends: NDArray[np.int64],
    grams: NDArray[np.int64],
) -> Found:
    begins = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    shared = {int(row): grams[begin:end] for row, begin, end in zip(owners, begins, ends, strict=True)}
    return Found(rows, parts, counts, shared)


@njit(cache=True, nogil=True)
def _fill(grams, slots, bits):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    mask = np.uint32(len(slots) - 1)
    for k in range(len(grams)):
        value = grams[k]
        slot = value & mask
        while slots[slot] != 0:
            slot = (slot + np.uint32(1)) & mask
        slots[slot] = k + 1
        top = value >> np.uint32(32 - _FILTER_BITS)
        bits[top >> np.uint32(3)] |= np.uint8(1 << (top & np.uint32(7)))


@njit(cache=True, nogil=True)
def _grown(array, used):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    if used < len(array):
        return array
    more = np.empty(2 * len(array), array.dtype)
    more[: len(array)] = array
    return more


@njit(cache=True, nogil=True)
def _hits(hashes, count, size, values, slots, bits, stamps, mark, rows_with, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Write the different grams of one text that the table knows to `out`; returns how many."""
    mask = np.uint32(len(slots) - 1)
    found = 0
    rolling, leaving = np.uint64(0), np.uint64(1)
    for k in range(min(size, count)):
        rolling = rolling * _STEP + hashes[k]
        leaving *= _STEP
    for first in range(count - size + 1):
        if first > 0:
            rolling = rolling * _STEP + hashes[first + size - 1] - hashes[first - 1] * leaving
        value = (rolling ^ (rolling >> np.uint64(29))) * _FOLD
        short = np.uint32(value >> np.uint64(32))
        short = short if short != 0 else np.uint32(1)
        top = short >> np.uint32(32 - _FILTER_BITS)
        if not bits[top >> np.uint32(3)] & np.uint8(1 << (top & np.uint32(7))):
            continue
        slot = short & mask
        while slots[slot] != 0:
            gram = np.int64(slots[slot]) - 1
            if values[gram] == short:
                if stamps[gram] != mark:
                    stamps[gram] = mark
                    rows_with[gram] += 1
                    out[found] = gram
                    found += 1
                break
            slot = (slot + np.uint32(1)) & mask
    return found


@njit(cache=True, nogil=True)
def _share(grams, found, where, parts, tally, touched):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Count the grams found by part; returns how many parts were touched."""
    used = 0
    for k in range(found):
        for at in range(where[grams[k]], where[grams[k] + 1]):
            part = parts[at]
            if tally[part] == 0:
                touched[used] = part
                used += 1
            tally[part] += 1
    return used


@njit(cache=True, nogil=True)
def _scan(  # type: ignore[no-untyped-def] # noqa: ANN202
    data, where, families, longest, normalise, keywords, both,  # noqa: ANN001
    size_a, values_a, where_a, parts_a, slots_a, bits_a, least_a, rows_a, stamps_a,  # noqa: ANN001
    size_b, values_b, where_b, parts_b, slots_b, bits_b, least_b, rows_b, stamps_b, base,  # noqa: ANN001
):  # fmt: skip
    hashes = np.empty(longest + 1, np.uint64)
    begins, ends = np.empty(longest + 1, np.int64), np.empty(longest + 1, np.int64)
    grams = np.empty(longest + 1, np.int64)
    first = _empty(len(least_a))
    second = _empty(len(least_b))
    for row in range(len(where) - 1):
        stop = min(where[row + 1], where[row] + longest)
        count, _ = lex(data, where[row], stop, families[row], normalise, keywords, hashes, begins, ends)
        found = _hits(hashes, count, size_a, values_a, slots_a, bits_a, stamps_a, base + row, rows_a, grams)
        first = _keep(first, row, grams, found, where_a, parts_a, least_a)
        if both:
            found = _hits(hashes, count, size_b, values_b, slots_b, bits_b, stamps_b, base + row, rows_b, grams)
            second = _keep(second, row, grams, found, where_b, parts_b, least_b)
    return _cut(first), _cut(second)


@njit(cache=True, nogil=True)
def _empty(parts):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Growing arrays: rows, parts, counts of candidates; owners, ends and values of gram lists; how much is used."""
    return (
        np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64),
        np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64),
        np.zeros(3, np.int64), np.zeros(parts, np.int64), np.empty(parts, np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _keep(kept, row, grams, found, where, of, least):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    rows, parts, counts, owners, ends, values, used, tally, touched = kept
    before = used[0]
    for k in range(_share(grams, found, where, of, tally, touched)):
        part = touched[k]
        if tally[part] >= least[part]:
            rows, parts, counts = _grown(rows, used[0]), _grown(parts, used[0]), _grown(counts, used[0])
            rows[used[0]], parts[used[0]], counts[used[0]] = row, part, tally[part]
            used[0] += 1
        tally[part] = 0
    if used[0] > before:
        for k in range(found):
            values = _grown(values, used[2])
            values[used[2]] = grams[k]
            used[2] += 1
        owners, ends = _grown(owners, used[1]), _grown(ends, used[1])
        owners[used[1]], ends[used[1]] = row, used[2]
        used[1] += 1
    return rows, parts, counts, owners, ends, values, used, tally, touched


@njit(cache=True, nogil=True)
def _cut(kept):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    rows, parts, counts, owners, ends, values, used, _, _ = kept
    return rows[: used[0]], parts[: used[0]], counts[: used[0]], owners[: used[1]], ends[: used[1]], values[: used[2]]
