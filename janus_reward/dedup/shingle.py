"""Shingle sets of a column of texts: tokens, n-grams and their 32-bit hashes in one compiled pass.

from janus_reward.dedup.shingle import Shingler

sets = Shingler(size=5).sets(["import os", "import  os  # system"], ["python", "python"])
sets.values[sets.offsets[0] : sets.offsets[1]]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from janus_reward.compiled import kernel
from janus_reward.dedup.families import TEXT, family_of, keyword_hashes
from janus_reward.dedup.hashing import FOLD, STEP
from janus_reward.dedup.lexer import lex

MAX_BYTES = 1 << 20
"""Bytes of one text that are read; what is longer is compared by its first MiB."""

_STEP, _FOLD = np.uint64(STEP), np.uint64(FOLD)


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """The shingle sets of n texts.

    Args:
        values: (total,) uint32 hashes, each once per text, in order of first appearance.
        offsets: (n + 1,) int64: text i owns `values[offsets[i]:offsets[i + 1]]`; empty when it has no token.
        exact: (n,) uint64 hash of the text without layout and comments; 0 when it has no token.
    """

    values: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    exact: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.exact)

    def of(self, i: int) -> NDArray[np.uint32]:
        """The set of text i, (k,) uint32."""
        return self.values[self.offsets[i] : self.offsets[i + 1]]


@dataclass(frozen=True, slots=True)
class Utf8Column:
    """A column of texts as bytes: text i is `data[offsets[i]:offsets[i + 1]]`; absent texts are empty."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def text(self, i: int) -> str:
        """Text i, with replacement characters where it is no UTF-8."""
        return self.data[self.offsets[i] : self.offsets[i + 1]].tobytes().decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Shingler:
    """How texts become shingle sets; picklable, so that a worker on another machine does the same.

    Args:
        size: tokens per shingle; a text with fewer tokens is one shingle.
        normalise: bits of `lexer.NAMES` and `lexer.LITERALS`; 0 for none.
        prose: natural language: case does not count and there are no comments.
    """

    size: int = 5
    normalise: int = 0
    prose: bool = False

    def sets(
        self, texts: pa.Array | pa.ChunkedArray | Sequence[str | None], languages: Sequence[str | None] | None = None
    ) -> ShingleSets:
        """The shingle sets of texts; `languages` names the language of each (ignored for prose)."""
        column = utf8_column(texts)
        return self.column_sets(column, self.families(languages, len(column.offsets) - 1))

    def families(self, languages: Sequence[str | None] | pa.Array | None, count: int) -> NDArray[np.uint8]:
        """The family of each text, (n,) uint8."""
        if self.prose or languages is None:
            return np.full(count, TEXT if self.prose else family_of(None), np.uint8)
        names = languages if isinstance(languages, pa.Array) else pa.array(languages, pa.string())
        coded = names.dictionary_encode()
        families = np.array([*(family_of(name) for name in coded.dictionary.to_pylist()), family_of(None)], np.uint8)
        codes = coded.indices.fill_null(len(families) - 1).to_numpy(zero_copy_only=False)
        found: NDArray[np.uint8] = families[codes]
        return found

    def column_sets(self, column: Utf8Column, families: NDArray[np.uint8]) -> ShingleSets:
        """As `sets`, for bytes and families at hand."""
        lengths = np.minimum(np.diff(column.offsets), MAX_BYTES)
        values = np.empty(int(lengths.sum()) + len(lengths), np.uint32)
        offsets, exact = np.zeros(len(lengths) + 1, np.int64), np.zeros(len(lengths), np.uint64)
        longest = int(lengths.max(initial=0))
        used = _shingle_all(
            column.data, column.offsets, families, self.size, self.normalise, keyword_hashes(), longest,
            values, offsets, exact,
        )  # fmt: skip
        return ShingleSets(values[:used], offsets, exact)

    def positions(self, text: bytes, family: int) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
        """Every shingle of one text in order: hashes, and the first byte and the end of each."""
        data = np.frombuffer(text[:MAX_BYTES], np.uint8)
        hashes = np.empty(len(data) + 1, np.uint64)
        begins, ends = np.empty(len(data) + 1, np.int64), np.empty(len(data) + 1, np.int64)
        count, _ = lex(data, 0, len(data), family, self.normalise, keyword_hashes(), hashes, begins, ends)
        if count == 0:
            return np.empty(0, np.uint32), begins[:0], ends[:0]
        size = min(self.size, count)
        shingles = np.empty(count - size + 1, np.uint32)
        _roll(hashes, count, size, shingles)
        return shingles, begins[: len(shingles)], ends[size - 1 : count]


def utf8_column(texts: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> Utf8Column:
    """The bytes of a column of texts in Unicode normal form C; nothing is copied when all of it is ASCII."""
    column = texts if isinstance(texts, (pa.Array, pa.ChunkedArray)) else pa.array(texts, pa.large_string())
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.cast(pa.large_string()).combine_chunks()
    if not pc.all(pc.string_is_ascii(column)).as_py() and len(column):
        column = pc.utf8_normalize(column, form="NFC")
    wide = pa.types.is_large_string(column.type)
    _, where, data = column.buffers()
    if where is None or len(column) == 0:
        return Utf8Column(np.empty(0, np.uint8), np.zeros(len(column) + 1, np.int64))
    raw = np.frombuffer(where, np.int64 if wide else np.int32)[column.offset : column.offset + len(column) + 1]
    return Utf8Column(np.frombuffer(data or b"", np.uint8), raw.astype(np.int64))


@kernel
def _roll(hashes, count, size, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for first in range(count - size + 1):
        value = np.uint64(0)
        for k in range(size):
            value = value * _STEP + hashes[first + k]
        value = (value ^ (value >> np.uint64(29))) * _FOLD
        short = np.uint32(value >> np.uint64(32))
        out[first] = short if short != 0 else np.uint32(1)


@kernel
def unique_into(shingles, count, table, out, used):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Append each of the first `count` shingles once to `out[used:]`; returns the new `used`. `table` is scratch."""
    size = 16
    while size < 2 * count:
        size *= 2
    mask = np.uint32(size - 1)
    for slot in range(size):
        table[slot] = 0
    for k in range(count):
        value = shingles[k]
        slot = value & mask
        while table[slot] != 0 and table[slot] != value:
            slot = (slot + np.uint32(1)) & mask
        if table[slot] == 0:
            table[slot] = value
            out[used] = value
            used += 1
    return used


@kernel
def _shingle_all(data, where, families, size, normalise, keywords, longest, values, offsets, exact):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    hashes = np.empty(longest + 1, np.uint64)
    begins = np.empty(longest + 1, np.int64)
    ends = np.empty(longest + 1, np.int64)
    shingles = np.empty(longest + 1, np.uint32)
    table = np.empty(4 * longest + 32, np.uint32)
    used = 0
    for i in range(len(exact)):
        start = where[i]
        stop = min(where[i + 1], start + longest)
        count, whole = lex(data, start, stop, families[i], normalise, keywords, hashes, begins, ends)
        if count > 0:
            width = min(size, count)
            _roll(hashes, count, width, shingles)
            used = unique_into(shingles, count - width + 1, table, values, used)
            exact[i] = whole if whole != 0 else np.uint64(1)
        offsets[i + 1] = used
    return used
