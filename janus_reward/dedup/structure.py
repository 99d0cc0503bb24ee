"""The tokens of code with names and literals made alike, for scans that ask for nothing but their hashes.

What `lexer.lex` gives for `STRUCTURE`, in less time: masks of 64 bytes say where tokens begin and words and strings
end, most marks and names are looked up by their first byte, and no positions are kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from janus_reward.compiled import inlined, kernel
from janus_reward.dedup.families import BLOCK, DASH, HASH, HASH_SALT, SLASH, keywords_of
from janus_reward.dedup.hashing import FNV_OFFSET, FNV_PRIME
from janus_reward.dedup.lexer import (
    CLASS,
    COMMA,
    GROUPING,
    GROUPS,
    LITERALS,
    NAME,
    NAMES,
    NUMBER,
    SKIP2,
    SKIP3,
    STRING,
    WIDE3,
    WIDE4,
    WORD,
    comment_end,
    is_prefix,
    known,
    wide,
)
from janus_reward.dedup.masks import BLOCK as BYTES
from janus_reward.dedup.masks import (
    double_mask,
    layout_mask,
    lowest,
    next_clear,
    next_set,
    single_mask,
    stop_mask,
    word_mask,
    write_places,
)

STRUCTURE = NAMES | LITERALS | GROUPING
FAMILIES = (HASH, SLASH, DASH, BLOCK)
"""Those whose strings end by themselves."""

_OFFSET, _PRIME, _SALT = np.uint64(FNV_OFFSET), np.uint64(FNV_PRIME), np.uint64(HASH_SALT)
_ONE, _ALL, _NONE = np.uint64(1), ~np.uint64(0), np.uint64(0)
_END = np.iinfo(np.int64).max
_LONGEST = 31


def _values() -> NDArray[np.uint64]:
    """The hash of the token that begins with each byte, where the byte decides."""
    table = np.arange(256, dtype=np.uint64) + np.uint64(1 << 20)
    table[CLASS == WORD] = NAME
    table[0x30:0x3A] = NUMBER
    table[0] = STRING
    return table


def _special() -> NDArray[np.bool_]:
    """(8, 256): the marks of a family that may begin a string or comment, and what is neither ASCII nor a word."""
    table = np.zeros((8, 256), np.bool_)
    marks = {HASH: b"#\\", SLASH: b"`/", DASH: b"`-", BLOCK: b"`/"}
    for family, own in marks.items():
        table[family, [*b"\0\"'", *own]] = True
        table[family, 0x80:] = CLASS[0x80:] != WORD
    return table


def _lengths() -> NDArray[np.uint32]:
    """(8, 256): bit n tells whether a keyword of the family has n bytes and begins with the byte."""
    table = np.zeros((8, 256), np.uint32)
    for family in FAMILIES:
        for word in keywords_of(family):
            table[family, ord(word[0])] |= 1 << len(word)
    return table


_VALUE, _SPECIAL, _LENGTHS = _values(), _special(), _lengths()
_CLOSES = np.array([c in b")]}" for c in range(256)], np.bool_)
_STAYS = (~GROUPS).astype(np.int64)


@kernel
def has_structure(family):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Whether `structure_tokens` reads the family."""
    return family in FAMILIES


@kernel
def structure_tokens(data, start, stop, family, keywords, masks, places, hashes):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Write the token hashes of `data[start:stop]`; returns how many.

    Args:
        data: (bytes,) uint8, UTF-8, `masks.MARGIN` bytes longer than `stop`.
        start: first byte of the text.
        stop: end of the text.
        family: one that `has_structure`.
        keywords: as `families.keyword_hashes` makes them.
        masks: (2, (stop - start) / 64 + 3) uint64, written.
        places: (stop - start + 1,) int64, written.
        hashes: likewise uint64.
    """
    special, lengths = _SPECIAL[family], _LENGTHS[family]
    words, stops = masks[0], masks[1]
    found = _begins(data, start, stop, words, stops, places)
    count, k, last = 0, 0, _NONE
    while k < found:
        i = places[k]
        c = data[i]
        k += 1
        if CLASS[c] == WORD:
            value, end, on = _word(data, start, i, stop, family, keywords, lengths, words)
            if on:
                k = _from(places, k, end)
            if value != _NONE:
                hashes[count], last = value, value
                count += 1
        elif not special[c]:
            count, last = _mark(c, hashes, count, last)
        else:
            value, i = _special_at(data, start, i, stop, family, stops)
            if value != _NONE and not (value == STRING and last == STRING):
                hashes[count], last = value, value
                count += 1
            k = _from(places, k, i)
            if i < stop and places[k] != i and CLASS[data[i]] == WORD:
                k -= 1
                places[k] = i
    return count


@kernel
def _begins(data, start, stop, words, stops, places):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Write the masks of a text, from its first byte on, and where its tokens begin; returns how many.

    After the end no byte is part of a word, and every byte ends a string.
    """
    used, carry, number = 0, np.uint64(0), 0
    for at in range(start, stop, BYTES):
        inside = _ALL if stop - at >= BYTES else ~(_ALL << np.uint64(stop - at))
        word = word_mask(data, at) & inside
        words[number], stops[number] = word, stop_mask(data, at) | ~inside
        solid = inside & ~layout_mask(data, at)
        used = write_places(solid & ~(word & ((word << _ONE) | carry)), at, places, used)
        carry = word >> np.uint64(BYTES - 1)
        number += 1
    words[number : number + 2], stops[number : number + 2] = 0, _ALL
    places[used] = _END
    return used


@kernel
def _from(places, k, i):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The first token from k on that does not begin before i."""
    while places[k] < i:
        k += 1
    return k


@inlined
def _word(data, start, begin, stop, family, keywords, lengths, words):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The hash of the word that begins there, 0 for the prefix of a string; its end; whether that lies further on."""
    c = data[begin]
    end = start + next_clear(words, begin - start)
    if is_prefix(data, begin, end, stop, family):
        return _NONE, end, False
    value = _VALUE[c]
    if value == NUMBER:
        if end < stop and data[end] == 46:
            return value, start + next_clear(words, end + 1 - start), True
        return value, end, False
    attribute = begin > start and data[begin - 1] == 46
    length = end - begin
    if attribute or (length <= _LONGEST and (lengths[c] >> np.uint32(length)) & np.uint32(1)):
        own = _OFFSET
        for k in range(begin, end):
            own = (own ^ np.uint64(data[k])) * _PRIME
        salt = _SALT if family == HASH else _NONE
        value = own if attribute or known(own ^ salt, keywords) else value
    return value, end, False


@kernel
def _mark(c, hashes, count, last):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Write a mark, unless grouping leaves it out, in the place of a comma before a closing one."""
    if last == COMMA and _CLOSES[c]:
        count -= 1
        last = hashes[count - 1] if count > 0 else _NONE
    value = _VALUE[c]
    hashes[count] = value
    return count + _STAYS[c], value if _STAYS[c] else last


@kernel
def _special_at(data, start, i, stop, family, stops):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The hash of what is no plain word or mark, 0 for a comment and the like, and its end."""
    c = data[i]
    kind = CLASS[c]
    if c == 34 or c == 39 or (c == 96 and family != HASH):
        return STRING, _string_end(data, start, i + 1, stop, c, family, stops)
    if kind == WIDE3 or kind == WIDE4:  # noqa: SIM109
        return wide(data, i, 3 if kind == WIDE3 else 4, stop)
    if kind == SKIP2 or kind == SKIP3:  # noqa: SIM109
        return _NONE, i + (2 if kind == SKIP2 else 3)
    end = comment_end(data, start, i, stop, family, 0)
    if end > i:
        return _NONE, end
    return _NONE if c == 92 and family == HASH else _VALUE[c], i + 1


@kernel
def _string_end(data, start, i, stop, quote, family, stops):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The position after the string whose first quotation mark stands before i."""
    if family == HASH and i + 1 < stop and data[i] == quote and data[i + 1] == quote:
        return _triple_end(data, start, i + 2, stop, quote, stops)
    while i < stop:
        i = start + next_set(stops, i - start)
        c = data[i]
        if i < stop and (c == quote or (c == 10 and quote != 96)):
            return i + 1
        i += 2 if c == 92 else 1
    return i


@kernel
def _triple_end(data, start, i, stop, quote, stops):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    while i < stop:
        i = start + next_set(stops, i - start)
        c = data[i]
        if c == quote and i + 2 < stop and data[i + 1] == c and data[i + 2] == c:
            return i + 3
        i += 2 if c == 92 else 1
    return i


@kernel
def triple_quotes(data, where, double, single):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Count in (n,) `double` and `single` the marks of three quotes of each text of a column."""
    for row in range(len(double)):
        double_from, single_from = where[row], where[row]
        for at in range(where[row], where[row + 1] - 2, BYTES - 2):
            last = where[row + 1] - 2 - at
            inside = _ALL if last >= BYTES - 2 else ~(_ALL << np.uint64(last))
            twice, once = _quotes(data, at)
            more, double_from = _triples(twice, inside, at, double_from)
            double[row] += more
            more, single_from = _triples(once, inside, at, single_from)
            single[row] += more


@kernel
def _quotes(data, at):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The double and single quotation marks of 64 bytes; byte by byte where the data end before."""
    if at + BYTES <= len(data):
        return double_mask(data, at), single_mask(data, at)
    double, single = np.uint64(0), np.uint64(0)
    for k in range(len(data) - at):
        double |= np.uint64(data[at + k] == 34) << np.uint64(k)
        single |= np.uint64(data[at + k] == 39) << np.uint64(k)
    return double, single


@kernel
def _triples(quotes, inside, at, free):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """How many runs of three begin in a mask, none before `free` and none in another, and where the last ends."""
    begins = quotes & (quotes >> _ONE) & (quotes >> np.uint64(2)) & inside
    count = 0
    while begins != 0:
        place = at + lowest(begins)
        begins &= begins - _ONE
        if place >= free:
            count += 1
            free = place + 3
    return count, free
