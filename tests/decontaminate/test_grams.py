"""The compiled scan gives what sets in Python give."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.decontaminate.grams import Scan, gram_table
from janus_reward.dedup.families import TEXT, keyword_hashes
from janus_reward.dedup.lexer import lex
from janus_reward.dedup.masks import MARGIN
from janus_reward.dedup.shingle import Shingler, utf8_column
from janus_reward.dedup.words import ascii_words

WORDS = st.lists(st.sampled_from(["A", "b", "c", "d_1", "Éa", "\n,", "漢"]), max_size=30).map(" ".join)


def sets(texts, size):
    shingler = Shingler(size, prose=True)
    found = (shingler.positions(utf8_column([text]).text(0).encode(), TEXT)[0] for text in texts)
    full = [len(Shingler(1, prose=True).positions(text.encode(), TEXT)[0]) >= size for text in texts]
    return [set(one.tolist()) if whole else set() for one, whole in zip(found, full, strict=True)]


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, min_size=1, max_size=4), st.integers(1, 3))
def test_shared_grams_are_those_of_sets_idioms_left_out(parts, rows, common):
    items = np.arange(len(parts))
    members = {size: sets(parts, size) for size in (3, 5)}
    tables = [
        gram_table(size, [np.array(sorted(s), np.uint32) for s in members[size]], items, common, leads=size == 3)
        for size in (3, 5)
    ]
    scan = Scan(tables, [np.ones(len(parts), np.int64)] * 2, 0)
    column = utf8_column(rows)
    for found, size in zip(scan(column, np.full(len(rows), TEXT, np.uint8)), (3, 5), strict=True):
        own = sets(rows, size)
        telling = [{g for g in part if sum(g in other for other in members[size]) <= common} for part in members[size]]
        wanted = {(r, p): len(own[r] & telling[p]) for r in range(len(rows)) for p in range(len(parts))}
        assert dict(zip(zip(found.rows, found.parts, strict=True), found.counts, strict=True)) == {
            pair: shared for pair, shared in wanted.items() if shared
        }


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=160), max_size=200), st.sampled_from([b"a", b" "]))
def test_words_of_ascii_are_those_of_the_lexer(text, after):
    size = len(text.encode())
    data = np.frombuffer(b"a" + text.encode() + after * MARGIN, np.uint8)
    hashes, fast = np.empty(size + 1, np.uint64), np.empty(size + 1, np.uint64)
    places = np.empty((2, size + 1), np.int64)
    count, _ = lex(data[: size + 1], 1, size + 1, TEXT, 0, keyword_hashes(), hashes, *places)
    made = ascii_words(data, 1, size + 1, *places, fast)
    if text.isascii():
        assert fast[:made].tolist() == hashes[:count].tolist()
    else:
        assert made == -1
