"""The grams of all benchmark parts in one table, idioms left out, and the compiled scan of a corpus against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.compiled import kernel
from janus_reward.dedup.families import TEXT, keyword_hashes
from janus_reward.dedup.hashing import FOLD, STEP
from janus_reward.dedup.lexer import lex
from janus_reward.dedup.masks import MARGIN
from janus_reward.dedup.shingle import MAX_BYTES, Utf8Column
from janus_reward.dedup.structure import STRUCTURE, has_structure, structure_tokens
from janus_reward.dedup.words import ascii_words

_ROOM, _SMALLEST, _LARGEST = 16, 1 << 12, 1 << 16
"""Bits of a filter for each gram; its least and most words of 64 bits (512 KiB), which stay in a core's own cache."""
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
        bits: uint64 filter of the hashes: three bits of one word each (a blocked Bloom filter).
        idioms: grams left out because too many items share them.
    """

    size: int
    values: NDArray[np.uint32]
    where: NDArray[np.int64]
    parts: NDArray[np.int32]
    sizes: NDArray[np.int64]
    slots: NDArray[np.uint32]
    bits: NDArray[np.uint64]
    idioms: int

    def of_part(self, part: int) -> NDArray[np.int64]:
        """Numbers of the grams of a part, ascending."""
        found: NDArray[np.int64] = np.searchsorted(self.where, np.flatnonzero(self.parts == part), side="right") - 1
        return found


def gram_table(
    size: int, sets: Sequence[NDArray[np.uint32]], items: NDArray[np.int64], idiom_items: int, *, leads: bool = False
) -> GramTable:
    """Make the table.

    Args:
        size: tokens per gram.
        sets: gram hashes of each part, each once.
        items: (m,) the item that each part belongs to.
        idiom_items: a gram in more items than these is left out.
        leads: whether the grams of a longer table begin with these: then the filter holds the idioms too.
    """
    values = np.concatenate([np.empty(0, np.uint32), *sets])
    parts = np.repeat(np.arange(len(sets), dtype=np.int32), [len(one) for one in sets])
    order = np.argsort(values, kind="stable")
    values, parts = values[order], parts[order]
    pairs = np.sort((values.astype(np.uint64) << np.uint64(32)) | items[parts].astype(np.uint64))
    spread = pairs[_firsts(pairs)] >> np.uint64(32)
    begins = np.flatnonzero(_firsts(spread))
    idioms = spread[begins[np.diff(begins, append=len(spread)) > idiom_items]].astype(np.uint32)
    kept = ~np.isin(values, idioms)
    values, parts = values[kept], parts[kept]
    first = np.flatnonzero(_firsts(values))
    grams = values[first]
    sizes = np.bincount(parts, minlength=len(sets)).astype(np.int64)
    where = np.append(first, len(values)).astype(np.int64)
    slots, bits = _hashed(grams, idioms if leads else idioms[:0])
    return GramTable(size, grams, where, parts, sizes, slots, bits, len(idioms))


def _firsts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values of an ascending array differ from the one before."""
    fresh = np.ones(len(ordered), bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return fresh


def _hashed(grams: NDArray[np.uint32], idioms: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    length = 16
    while length < 2 * len(grams):
        length *= 2
    words = _SMALLEST
    while words < _LARGEST and 64 * words < _ROOM * len(grams):
        words *= 2
    slots, bits = np.zeros(length, np.uint32), np.zeros(words, np.uint64)
    _fill(grams, slots)
    _mark(grams, bits)
    _mark(idioms, bits)
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
        tables: one, or two over the same parts, the shorter grams first.
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


@kernel
def _fill(grams, slots):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    mask = np.uint32(len(slots) - 1)
    for k in range(len(grams)):
        value = grams[k]
        slot = value & mask
        while slots[slot] != 0:
            slot = (slot + np.uint32(1)) & mask
        slots[slot] = k + 1


@kernel
def _mark(grams, bits):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for value in grams:
        bits[_word_of(value, bits)] |= _three_bits(value)


@kernel
def _word_of(value, bits):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The word of a filter for a hash, by its highest bits."""
    return (np.uint64(value) * np.uint64(len(bits))) >> np.uint64(32)


@kernel
def _passes(value, bits):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Whether a filter may hold a hash."""
    mask = _three_bits(value)
    return bits[_word_of(value, bits)] & mask == mask


@kernel
def _three_bits(value):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """A mask of the 64 bits of a filter's word, by the bits of the hash that do not choose the word."""
    one, side = np.uint64(1), np.uint64(value)
    return (
        (one << (side & np.uint64(63))) | (one << ((side >> np.uint64(6)) & np.uint64(63)))
    ) | (one << ((side >> np.uint64(11)) & np.uint64(63)))  # fmt: skip


@kernel
def _grown(array, used):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    if used < len(array):
        return array
    more = np.empty(2 * len(array), array.dtype)
    more[: len(array)] = array
    return more


@kernel
def _folded(rolling):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    value = (rolling ^ (rolling >> np.uint64(29))) * _FOLD
    short = np.uint32(value >> np.uint64(32))
    return short if short != 0 else np.uint32(1)


@kernel
def _gram_of(short, values, slots):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The number of a gram of the table, -1 for another."""
    mask = np.uint32(len(slots) - 1)
    slot = short & mask
    while slots[slot] != 0:
        gram = np.int64(slots[slot]) - 1
        if values[gram] == short:
            return gram
        slot = (slot + np.uint32(1)) & mask
    return np.int64(-1)


@kernel
def _note(gram, stamps, mark, rows_with, out, found):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Write a gram to `out` when the text has not shown it yet; returns how many are there."""
    if gram < 0 or stamps[gram] == mark:
        return found
    stamps[gram] = mark
    rows_with[gram] += 1
    out[found] = gram
    return found + 1


@kernel
def _hits(  # type: ignore[no-untyped-def] # noqa: ANN202
    hashes, count, mark, both,  # noqa: ANN001
    size_a, values_a, slots_a, bits_a, rows_a, stamps_a, out_a,  # noqa: ANN001
    size_b, values_b, slots_b, bits_b, rows_b, stamps_b, out_b,  # noqa: ANN001
):  # fmt: skip
    """Write the different grams of one text that the tables know to `out_a` and `out_b`; returns how many of each.

    A longer gram of a part begins with a shorter one of it: it is only made where the filter may hold that.
    """
    found_a, found_b = 0, 0
    rolling, leaving = np.uint64(0), np.uint64(1)
    for k in range(min(size_a, count)):
        rolling = rolling * _STEP + hashes[k]
        leaving *= _STEP
    for first in range(count - size_a + 1):
        if first > 0:
            rolling = rolling * _STEP + hashes[first + size_a - 1] - hashes[first - 1] * leaving
        short = _folded(rolling)
        if not _passes(short, bits_a):
            continue
        found_a = _note(_gram_of(short, values_a, slots_a), stamps_a, mark, rows_a, out_a, found_a)
        if both and first + size_b <= count:
            longer = rolling
            for k in range(first + size_a, first + size_b):
                longer = longer * _STEP + hashes[k]
            short = _folded(longer)
            if _passes(short, bits_b):
                found_b = _note(_gram_of(short, values_b, slots_b), stamps_b, mark, rows_b, out_b, found_b)
    return found_a, found_b


@kernel
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


@kernel
def _scan(  # type: ignore[no-untyped-def] # noqa: ANN202
    data, where, families, longest, normalise, keywords, both,  # noqa: ANN001
    size_a, values_a, where_a, parts_a, slots_a, bits_a, least_a, rows_a, stamps_a,  # noqa: ANN001
    size_b, values_b, where_b, parts_b, slots_b, bits_b, least_b, rows_b, stamps_b, base,  # noqa: ANN001
):  # fmt: skip
    hashes, masks = np.empty(longest + 1, np.uint64), np.empty((2, longest // 64 + 3), np.uint64)
    begins, ends = np.empty(longest + 1, np.int64), np.empty(longest + 1, np.int64)
    grams, longer = np.empty(longest + 1, np.int64), np.empty(longest + 1, np.int64)
    first, fewest = _empty(len(least_a)), _fewest(least_a)
    second, fewest_b = _empty(len(least_b)), _fewest(least_b)
    for row in range(len(where) - 1):
        stop, family = min(where[row + 1], where[row] + longest), families[row]
        count = np.int64(-1)
        if stop + MARGIN <= len(data):
            if family == TEXT and normalise == 0:
                count = ascii_words(data, where[row], stop, begins, ends, hashes)
            elif normalise == STRUCTURE and has_structure(family):
                count = structure_tokens(data, where[row], stop, family, keywords, masks, begins, hashes)
        if count < 0:
            count, _ = lex(data, where[row], stop, family, normalise, keywords, hashes, begins, ends)
        found, more = _hits(
            hashes, count, base + row, both, size_a, values_a, slots_a, bits_a, rows_a, stamps_a, grams,
            size_b, values_b, slots_b, bits_b, rows_b, stamps_b, longer,
        )  # fmt: skip
        if found >= fewest:
            first = _keep(first, row, grams, found, where_a, parts_a, least_a)
        if both and more >= fewest_b:
            second = _keep(second, row, longer, more, where_b, parts_b, least_b)
    return _cut(first), _cut(second)


@kernel
def _fewest(least):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """With fewer grams than this a row is a candidate for no part."""
    fewest = np.int64(1 << 62)
    for one in least:
        fewest = min(fewest, one)
    return fewest


@kernel
def _empty(parts):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Growing arrays: rows, parts, counts of candidates; owners, ends and values of gram lists; how much is used."""
    return (
        np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64),
        np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64),
        np.zeros(3, np.int64), np.zeros(parts, np.int64), np.empty(parts, np.int64),
    )  # fmt: skip


@kernel
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


@kernel
def _cut(kept):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    rows, parts, counts, owners, ends, values, used, _, _ = kept
    return rows[: used[0]], parts[: used[0]], counts[: used[0]], owners[: used[1]], ends[: used[1]], values[: used[2]]
