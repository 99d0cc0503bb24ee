import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.dedup.families import keyword_hashes
from janus_reward.dedup.lexer import lex
from janus_reward.dedup.masks import MARGIN
from janus_reward.dedup.shingle import Shingler
from janus_reward.dedup.structure import FAMILIES, STRUCTURE, structure_tokens, triple_quotes

PIECES = ["'", '"', "`", '"""', "'''", "\\", "\n", "#", "//", "/*", "*/", "--", ".", ",", ")", "]", "(", "r", "rb",
          "if", "name", "1", "1.5", "é", "中", "\0", " ", "a_long_name" * 7, " " * 70]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text()


def tokens(text, language="python"):
    return Shingler(size=1, normalise=STRUCTURE).sets([text], [language]).values.tolist()


@settings(deadline=None)
@given(TEXTS, TEXTS, st.sampled_from([b"a", b"'", b" ", b"."]), st.sampled_from(FAMILIES))
def test_the_scan_has_the_tokens_of_the_lexer(before, text, after, family):
    lead = before.encode("utf-8", "replace")
    size = len(lead) + len(text.encode("utf-8", "replace"))
    data = np.frombuffer(lead + text.encode("utf-8", "replace") + after * MARGIN, np.uint8)
    room = size + 1
    wanted, found = np.zeros(room, np.uint64), np.zeros(room, np.uint64)
    begins, ends = np.zeros(room, np.int64), np.zeros(room, np.int64)
    masks = np.zeros((2, room // 64 + 3), np.uint64)
    count, _ = lex(data[:size], len(lead), size, family, STRUCTURE, keyword_hashes(), wanted, begins, ends)
    assert structure_tokens(data, len(lead), size, family, keyword_hashes(), masks, begins, found) == count
    assert found[:count].tolist() == wanted[:count].tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("if a and \\\n   b: pass", "if a and b: pass"),
        ("x = 1. / 3", "x = 1.0 / 3"),
        ("re.split(r'[.]', s)", 'token.split("[.]", text)'),
        ("plot('a long '\n     'title')", "plot('a long title')"),
        ("f(a, [\n 1,\n 2,\n],)", "f(a, [1, 2])"),
    ],
)
def test_what_formatters_change_does_not_count(one, other):
    assert tokens(one) == tokens(other)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["'", '"', "x", "''", '"""', "x" * 50]), max_size=12).map("".join), max_size=5)
)
def test_triple_quotes_are_counted_text_by_text(texts):
    data = np.frombuffer("".join(texts).encode() or b"\0", np.uint8)
    where = np.cumsum([0, *map(len, texts)])
    double, single = np.zeros((2, len(texts)), np.int64)
    triple_quotes(data, where, double, single)
    assert double.tolist() == [text.count('"""') for text in texts]
    assert single.tolist() == [text.count("'''") for text in texts]
