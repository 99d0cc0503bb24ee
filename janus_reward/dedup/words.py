"""The words of prose, by masks of 64 bytes: what `lexer.lex` gives for ASCII texts, in less time."""

from __future__ import annotations

import numpy as np

from janus_reward.compiled import kernel
from janus_reward.dedup.hashing import FNV_OFFSET, FNV_PRIME
from janus_reward.dedup.lexer import LOWER
from janus_reward.dedup.masks import BLOCK, ascii_word_mask, high_mask, write_places

_OFFSET, _PRIME = np.uint64(FNV_OFFSET), np.uint64(FNV_PRIME)
_ONE, _ALL = np.uint64(1), ~np.uint64(0)
_STEPS = 4


@kernel
def ascii_words(data, start, stop, begins, ends, hashes):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Write the hashes of the words of `data[start:stop]`; returns how many, -1 where a byte is not ASCII.

    Args:
        data: (bytes,) uint8, `MARGIN` bytes longer than `stop`.
        start: first byte of the text.
        stop: end of the text.
        begins: (stop - start + 1,) int64, written: the first byte of each word.
        ends: likewise its end.
        hashes: likewise uint64.
    """
    count = _places(data, start, stop, begins, ends)
    for k in range(count):
        hashes[k] = _hash(data, begins[k], ends[k])
    return count


@kernel
def _places(data, start, stop, begins, ends):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    begun, ended, carry, high = np.int64(0), np.int64(0), np.uint64(0), np.uint64(0)
    for at in range(start, stop, BLOCK):
        inside = _ALL if stop - at >= BLOCK else ~(_ALL << np.uint64(stop - at))
        words = ascii_word_mask(data, at) & inside
        high |= high_mask(data, at) & inside
        before = (words << _ONE) | carry
        carry = words >> np.uint64(BLOCK - 1)
        begun = write_places(words & ~before, at, begins, begun)
        ended = write_places(before & ~words, at, ends, ended)
    if ended < begun:
        ends[ended] = stop
    return begun if high == 0 else np.int64(-1)


@kernel
def _hash(data, begin, end):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """FNV-1a of the lower-case word, four steps at a time, so that most words need no branch of their own."""
    value = _OFFSET
    while begin < end:
        for k in range(begin, begin + _STEPS):
            further = (value ^ np.uint64(LOWER[data[k]])) * _PRIME
            value = further if k < end else value
        begin += _STEPS
    return value
