"""From bytes to tokens, compiled: comments and layout fall away, identifiers and literals on request.

A token is a run of letters, digits and `_`; each character of scripts written without spaces (Chinese, Japanese, Thai,
emoji ...) is a token of its own. Punctuation separates, unless names or literals are normalised: then it is kept,
because it is what remains of the structure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from janus_reward.compiled import kernel
from janus_reward.dedup.families import BLOCK, DASH, HASH, HASH_SALT, MARKUP, PERCENT, PLACES, PLAIN, SLASH, TEXT
from janus_reward.dedup.hashing import FNV_OFFSET, FNV_PRIME, STEP

NAMES, LITERALS, GROUPING = 1, 2, 4
"""Bits of `normalise`: every identifier as one symbol; every number and string as one symbol; nothing that formatters
add and take away: `(`, `)`, `;`, commas before a closing bracket, prefixes of Python's strings, strings cut in several,
joined lines, the point of a number."""

_SEPARATOR, WORD, WIDE3, WIDE4, SKIP2, SKIP3, MARK = range(7)
SPACE = np.array([c in b" \t\r\n\f\v\0" for c in range(256)], dtype=np.bool_)
GROUPS = np.array([c in b"();" for c in range(256)], dtype=np.bool_)
_OFFSET, _PRIME, _STEP = np.uint64(FNV_OFFSET), np.uint64(FNV_PRIME), np.uint64(STEP)
NAME, NUMBER, STRING = np.uint64(0x6E616D65), np.uint64(0x6E756D62), np.uint64(0x73747267)
COMMA = np.uint64(44 + (1 << 20))
_SALT = np.uint64(HASH_SALT)
_TRIPLE = 256
_SCRIPT, _STYLE = 1, 2


def _classes() -> NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    for byte in range(256):
        if chr(byte).isascii() and (chr(byte).isalnum() or byte == 0x5F):
            table[byte] = WORD
    table[0x80:0xC0] = table[0xC3:0xE0] = WORD
    table[0xE1] = WORD
    table[0xC2] = SKIP2
    table[0xE0] = WIDE3
    table[0xE3:0xEF] = WIDE3
    table[0xE2] = table[0xEF] = SKIP3
    table[0xF0:0xF8] = WIDE4
    for mark in b"\"'`#/<-%\\\n>":
        table[mark] = MARK
    return table


def _folds() -> NDArray[np.uint8]:
    table = np.tile(np.arange(256, dtype=np.uint8), (2, 1))
    table[1, 0x41:0x5B] += 0x20
    return table


CLASS, _FOLD = _classes(), _folds()
LOWER = _FOLD[1].copy()


@kernel
def _starts(data, i, stop, word):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Whether the ASCII lower-case `word` stands at i, in any case."""
    if i + len(word) > stop:
        return False
    for k in range(len(word)):  # noqa: SIM110 (compiled)
        if (data[i + k] | 0x20) != (word[k] | 0x20):
            return False
    return True


@kernel
def _line_end(data, i, stop):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    while i < stop and data[i] != 10:
        i += 1
    return i


@kernel
def _after(data, i, stop, first, second, third):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The position after the closing mark (`first second third`; third 0: two bytes), or `stop`."""
    while i + 1 < stop:
        if data[i] == first and data[i + 1] == second:
            if third == 0:
                return i + 2
            if i + 2 < stop and data[i + 2] == third:
                return i + 3
        i += 1
    return stop


@kernel
def _slash_comment(data, i, stop, lines):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    if data[i] != 47 or i + 1 >= stop:
        return i
    if data[i + 1] == 42:
        return _after(data, i + 2, stop, 42, 47, 0)
    if lines and data[i + 1] == 47:
        return _line_end(data, i, stop)
    return i


@kernel
def _line_comment(data, start, i, stop, family):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    c = data[i]
    if family == HASH:
        return _line_end(data, i, stop) if c == 35 else i
    if family == PERCENT:
        escaped = i > start and data[i - 1] == 92
        return _line_end(data, i, stop) if c == 37 and not escaped else i
    if family == DASH and c == 45 and i + 1 < stop and data[i + 1] == 45:
        return _line_end(data, i, stop)
    return i


@kernel
def comment_end(data, start, i, stop, family, inner):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """The end of the comment that begins at i, or i when none does."""
    if family == SLASH or family == BLOCK:  # noqa: SIM109
        return _slash_comment(data, i, stop, family == SLASH)
    if family != MARKUP:
        return _line_comment(data, start, i, stop, family)
    if inner != 0:
        return _slash_comment(data, i, stop, inner == _SCRIPT)
    if data[i] == 60 and i + 3 < stop and data[i + 1] == 33 and data[i + 2] == 45 and data[i + 3] == 45:
        return _after(data, i + 4, stop, 45, 45, 62)
    return i


@kernel
def _quote_after(data, i, stop, quote, family):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The open quote (0: none) and the next position, after the mark at i."""
    c = data[i]
    if quote == 0:
        if c != 34 and c != 39 and not (c == 96 and family != HASH):
            return 0, i + 1
        if family == HASH and i + 2 < stop and data[i + 1] == c and data[i + 2] == c:
            return c + _TRIPLE, i + 3
        return int(c), i + 1
    if c == 92:
        return quote, i + 2
    if quote > _TRIPLE:
        if c == quote - _TRIPLE and i + 2 < stop and data[i + 1] == c and data[i + 2] == c:
            return 0, i + 3
        return quote, i + 1
    if c == quote or (c == 10 and quote != 96):
        return 0, i + 1
    return quote, i + 1


@kernel
def _inner_after(data, i, stop, inner):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Inside markup: whether a script or a style begins or ends with the `<` at i."""
    if inner != 0:
        closes = _starts(data, i, stop, b"</script") or _starts(data, i, stop, b"</style")
        return 0 if closes else inner
    if _starts(data, i, stop, b"<script"):
        return _SCRIPT
    return _STYLE if _starts(data, i, stop, b"<style") else 0


@kernel
def known(value, keywords):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Whether the table of keywords holds a hash: all the places where it may stand are looked at, without a branch."""
    slot = value & np.uint64(len(keywords) - PLACES)
    found = False
    for k in range(PLACES):
        found |= keywords[slot + np.uint64(k)] == value
    return found


@kernel
def _normal(data, start, begin, value, normalise, keywords, family, tags):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The token's hash with names and numbers made alike; keywords, attributes after a dot and tag names stay."""
    c = data[begin]
    if 48 <= c <= 57:
        return NUMBER if normalise & LITERALS else value
    if not normalise & NAMES or tags or (begin > start and data[begin - 1] == 46):
        return value
    salt = _SALT if family == HASH else np.uint64(0)
    return value if known(value ^ salt, keywords) else NAME


@kernel
def is_prefix(data, begin, end, stop, family):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Whether the word is the prefix of a string, as in `r"..."`."""
    return family == HASH and end - begin <= 2 and end < stop and (data[end] == 34 or data[end] == 39)


@kernel
def number_end(data, i, stop):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """The end of a number whose digits end at i, its point and what follows included."""
    if i < stop and data[i] == 46:
        i += 1
        while i < stop and CLASS[data[i]] == WORD:
            i += 1
    return i


@kernel
def regrouped(c, value, hashes, count, family):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Whether a mark or string is left out under GROUPING, and the tokens that stay before it."""
    if (c == 41 or c == 93 or c == 125) and count > 0 and hashes[count - 1] == COMMA:
        count -= 1
    joins = c == 92 and family == HASH
    again = value == STRING and count > 0 and hashes[count - 1] == STRING
    return GROUPS[c] or joins or again, count


@kernel
def wide(data, i, width, stop):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """The hash of one wide character, 0 when it is punctuation, and the next position."""
    end = min(i + width, stop)
    if width == 3 and data[i] == 0xE3 and end - i > 1 and data[i + 1] == 0x80:
        return np.uint64(0), end
    value = _OFFSET
    for k in range(i, end):
        value = (value ^ np.uint64(data[k])) * _PRIME
    return value, end


@kernel
def lex(data, start, stop, family, normalise, keywords, hashes, begins, ends):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201, C901
    """Tokens of `data[start:stop]`.

    Args:
        data: (bytes,) uint8.
        start: first byte of the text.
        stop: end of the text.
        family: of the language, from `families`.
        normalise: bits of NAMES, LITERALS and GROUPING.
        keywords: table of the hashes that NAMES leaves alone, as `families.keyword_hashes` makes it.
        hashes: (stop - start + 1,) uint64, written: the hash of every token.
        begins: int64 of the same length, written: its first byte.
        ends: likewise its end.

    Returns:
        The number of tokens, and a 64-bit hash of all that is neither layout nor comment, punctuation included.
    """
    fold = _FOLD[1 if family == TEXT else 0]
    tracks = family != TEXT and family != MARKUP and family != PERCENT and family != PLAIN
    count, quote, inner = 0, 0, 0
    whole = np.uint64(family == TEXT)
    i = start
    while i < stop:
        c = data[i]
        kind = CLASS[c]
        if kind == WORD:
            begin = i
            value = _OFFSET
            while i < stop and CLASS[data[i]] == WORD:
                value = (value ^ np.uint64(fold[data[i]])) * _PRIME
                i += 1
            if quote != 0 and normalise & LITERALS:
                continue
            if normalise & GROUPING and quote == 0:
                if is_prefix(data, begin, i, stop, family):
                    continue
                if 48 <= c <= 57:
                    i = number_end(data, i, stop)
            if normalise != 0 and quote == 0:
                value = _normal(data, start, begin, value, normalise, keywords, family, family == MARKUP and inner == 0)
        elif kind == WIDE3 or kind == WIDE4:  # noqa: SIM109
            begin = i
            value, i = wide(data, i, 3 if kind == WIDE3 else 4, stop)
            if value == 0 or (quote != 0 and normalise & LITERALS):
                continue
        else:
            begin = i
            if kind == MARK:
                if quote == 0:
                    end = comment_end(data, start, i, stop, family, inner)
                    if end > i:
                        i = end
                        continue
                if family == MARKUP and c == 60:
                    inner = _inner_after(data, i, stop, inner)
                    quote = 0
                was = quote
                if tracks or inner == _SCRIPT:
                    quote, i = _quote_after(data, i, stop, quote, family)
                else:
                    i += 1
                if was != 0 and normalise & LITERALS:
                    continue
                if was == 0 and quote != 0 and normalise & LITERALS:
                    c = np.uint8(0)
            else:
                i += 2 if kind == SKIP2 else 3 if kind == SKIP3 else 1
                if quote != 0 and normalise & LITERALS:
                    continue
            if kind == SKIP2 or kind == SKIP3 or (SPACE[c] and c != 0):  # noqa: SIM109
                continue
            value = STRING if c == 0 else np.uint64(c) + np.uint64(1 << 20)
            if normalise & GROUPING:
                leaves, count = regrouped(c, value, hashes, count, family)
                if leaves:
                    continue
            whole = (whole ^ value) * _STEP
            if normalise == 0:
                continue
        if kind != MARK and kind != _SEPARATOR:
            whole = (whole ^ value) * _STEP
        whole ^= whole >> np.uint64(31)
        hashes[count], begins[count], ends[count] = value, begin, min(i, stop)
        count += 1
    return count, whole
