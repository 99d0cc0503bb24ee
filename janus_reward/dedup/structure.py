"""The tokens of code with names and literals made alike, for scans that ask for nothing but their hashes.

What `lexer.lex` gives for `STRUCTURE`, in less time: strings are passed over, and no positions are kept.
"""

from __future__ import annotations

import numpy as np

from janus_reward.dedup.compiled import kernel
from janus_reward.dedup.families import BLOCK, DASH, HASH, HASH_SALT, SLASH
from janus_reward.dedup.hashing import FNV_OFFSET, FNV_PRIME
from janus_reward.dedup.lexer import (
    CLASS,
    GROUPING,
    LITERALS,
    MARK,
    NAME,
    NAMES,
    NUMBER,
    SKIP2,
    SKIP3,
    SPACE,
    STRING,
    WIDE3,
    WIDE4,
    WORD,
    comment_end,
    is_prefix,
    known,
    number_end,
    regrouped,
    wide,
)

STRUCTURE = NAMES | LITERALS | GROUPING

_OFFSET, _PRIME, _SALT = np.uint64(FNV_OFFSET), np.uint64(FNV_PRIME), np.uint64(HASH_SALT)


@kernel
def has_structure(family):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Whether `structure_tokens` reads the family: one whose strings end by themselves."""
    return family in (HASH, SLASH, DASH, BLOCK)


@kernel
def structure_tokens(data, start, stop, family, keywords, hashes):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201, C901
    """Write the token hashes of `data[start:stop]`; returns how many.

    Args:
        data: (bytes,) uint8, UTF-8.
        start: first byte of the text.
        stop: end of the text.
        family: one that `has_structure`.
        keywords: as `families.keyword_hashes` makes them.
        hashes: (stop - start + 1,) uint64, written.
    """
    salt = _SALT if family == HASH else np.uint64(0)
    count, i = 0, start
    while i < stop:
        c = data[i]
        kind = CLASS[c]
        if kind == WORD:
            value, end = _word(data, start, i, stop, family, salt, keywords)
            if end < stop and is_prefix(data, i, end, stop, family):
                i = end
                continue
            i = number_end(data, end, stop) if 48 <= c <= 57 else end
        elif SPACE[c] and c != 0:
            i += 1
            continue
        elif kind == WIDE3 or kind == WIDE4:  # noqa: SIM109
            value, i = wide(data, i, 3 if kind == WIDE3 else 4, stop)
            if value == 0:
                continue
        elif kind == SKIP2 or kind == SKIP3:  # noqa: SIM109
            i += 2 if kind == SKIP2 else 3
            continue
        else:
            end = comment_end(data, i, stop, family, 0) if kind == MARK else i
            if end > i:
                i = end
                continue
            value = np.uint64(c) + np.uint64(1 << 20) if c != 0 else STRING
            i += 1
            if c == 34 or c == 39 or (c == 96 and family != HASH):
                value, i = STRING, _string_end(data, i, stop, c, family)
                c = np.uint8(0)
            leaves, count = regrouped(c, value, hashes, count, family)
            if leaves:
                continue
        hashes[count] = value
        count += 1
    return count


@kernel
def _word(data, start, begin, stop, family, salt, keywords):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The hash of the word that begins there, made alike where it is a name or a number, and its end."""
    i = begin
    if 48 <= data[begin] <= 57:
        while i < stop and CLASS[data[i]] == WORD:
            i += 1
        return NUMBER, i
    value = _OFFSET
    while i < stop and CLASS[data[i]] == WORD:
        value = (value ^ np.uint64(data[i])) * _PRIME
        i += 1
    if (begin > start and data[begin - 1] == 46) or known(value ^ salt, keywords):
        return value, i
    return NAME, i


@kernel
def _string_end(data, i, stop, quote, family):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The position after the string whose first quotation mark stands before i."""
    if family == HASH and i + 1 < stop and data[i] == quote and data[i + 1] == quote:
        return _triple_end(data, i + 2, stop, quote)
    while i < stop:
        c = data[i]
        if c == 92:
            i += 2
        elif c == quote or (c == 10 and quote != 96):
            return i + 1
        else:
            i += 1
    return i


@kernel
def _triple_end(data, i, stop, quote):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    while i < stop:
        c = data[i]
        if c == 92:
            i += 2
        elif c == quote and i + 2 < stop and data[i + 1] == quote and data[i + 2] == quote:
            return i + 3
        else:
            i += 1
    return i


@kernel
def triple_quotes(data, where, double, single):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Count in (n,) `double` and `single` the marks of three quotes of each text of a column."""
    for row in range(len(double)):
        i, stop = where[row], where[row + 1] - 2
        while i < stop:
            c = data[i]
            if (c == 34 or c == 39) and data[i + 1] == c and data[i + 2] == c:
                if c == 34:
                    double[row] += 1
                else:
                    single[row] += 1
                i += 3
            else:
                i += 1
