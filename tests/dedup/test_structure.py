import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.dedup.families import BLOCK, DASH, HASH, SLASH, keyword_hashes
from janus_reward.dedup.lexer import lex
from janus_reward.dedup.shingle import Shingler
from janus_reward.dedup.structure import STRUCTURE, structure_tokens, triple_quotes

PIECES = ["'", '"', "`", '"""', "'''", "\\", "\n", "#", "//", "/*", "*/", "--", ".", ",", ")", "]", "(", "r", "rb",
          "if", "name", "1", "1.5", "é", "中", "\0", " "]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text()


def tokens(text, language="python"):
    return Shingler(size=1, normalise=STRUCTURE).sets([text], [language]).values.tolist()


@settings(deadline=None)
@given(TEXTS, TEXTS, st.sampled_from([HASH, SLASH, DASH, BLOCK]))
def test_the_scan_has_the_tokens_of_the_lexer(before, text, family):
    lead = before.encode("utf-8", "replace")
    data = np.frombuffer(lead + text.encode("utf-8", "replace"), np.uint8)
    room = len(data) + 1
    wanted, found = np.zeros(room, np.uint64), np.zeros(room, np.uint64)
    begins, ends = np.zeros(room, np.int64), np.zeros(room, np.int64)
    count, _ = lex(data, len(lead), len(data), family, STRUCTURE, keyword_hashes(), wanted, begins, ends)
    assert structure_tokens(data, len(lead), len(data), family, keyword_hashes(), found) == count
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
@given(st.lists(st.lists(st.sampled_from(["'", '"', "x", "''", '"""']), max_size=12).map("".join), max_size=5))
def test_triple_quotes_are_counted_text_by_text(texts):
    data = np.frombuffer("".join(texts).encode() or b"\0", np.uint8)
    where = np.cumsum([0, *map(len, texts)])
    double, single = np.zeros((2, len(texts)), np.int64)
    triple_quotes(data, where, double, single)
    assert double.tolist() == [text.count('"""') for text in texts]
    assert single.tolist() == [text.count("'''") for text in texts]
