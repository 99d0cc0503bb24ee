import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.dedup.lexer import LITERALS, NAMES
from janus_reward.dedup.shingle import Shingler
from tests.dedup.oracle import shingle_hashes

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.just("\n"), max_size=300)


@settings(deadline=None)
@given(st.lists(ASCII, min_size=1, max_size=8), st.integers(1, 9))
def test_the_kernel_hashes_what_plain_python_hashes(texts, size):
    sets = Shingler(size).sets(texts)
    for i, text in enumerate(texts):
        assert set(sets.of(i).tolist()) == shingle_hashes(text, size)
        assert len(sets.of(i)) == len(shingle_hashes(text, size))


@given(
    st.lists(st.text(max_size=200), max_size=8), st.sampled_from(["python", "javascript", "html", "sql", "latex", None])
)
def test_any_text_in_any_language_is_taken(texts, language):
    for normalise in range(4):
        sets = Shingler(3, normalise).sets(texts, [language] * len(texts))
        assert len(sets) == len(texts)
        for i, text in enumerate(texts):
            found, begins, ends = Shingler(3, normalise).positions(text.encode(), 1)
            assert len(found) == len(begins) == len(ends)
            assert all(0 <= b < e <= len(text.encode()) for b, e in zip(begins, ends, strict=True))
            assert len(sets.of(i)) == len(set(sets.of(i).tolist()))


def same(left, right, language, **options):
    sets = Shingler(3, **options).sets([left, right], [language] * 2)
    return set(sets.of(0).tolist()) == set(sets.of(1).tolist())


@pytest.mark.parametrize(
    ("language", "plain", "commented"),
    [
        ("python", "a = 'it # stays'\nb = 2", "a = 'it # stays'  # gone 'quote\n# all gone\nb   =  2"),
        ("python", 'a = """x # y\n"q" z"""\nb = 2', 'a = """x # y\n"q" z"""  # gone\nb = 2'),
        ("javascript", "let u = 'http://x.y'; f(u)", "let u = 'http://x.y'; // gone\n/* gone\n too */ f(u)"),
        ("css", "a { b: url(//c.d/e) }", "a { /* gone */ b: url(//c.d/e) }"),
        ("html", "<p>don't stop</p><b>x</b>", "<p>don't stop</p><!-- gone --><b>x</b>"),
        (
            "html",
            "<script>let a = 1; f(a)</script><p>it's // here</p>",
            "<script>let a = 1; // gone\nf(a)</script><p>it's // here</p>",
        ),
        ("sql", "select a from b", "select a -- gone\nfrom b"),
        ("latex", r"\draw (0,0) 50\% x", "\\draw (0,0) 50\\% x % gone"),
    ],
)
def test_comments_and_layout_do_not_count(language, plain, commented):
    assert same(plain, commented, language)
    exact = Shingler(3).sets([plain, commented], [language] * 2).exact
    assert exact[0] == exact[1]


def test_what_is_no_comment_stays():
    assert not same("a = '# x'", "a = '# y'", "python")
    assert not same("color: #fff000", "color: #000fff", "css")
    assert not same("a // b", "a // c", None)


def test_operators_distinguish_texts_whose_words_are_equal():
    exact = Shingler().sets(["a + b", "a - b", "a+b"], ["python"] * 3).exact
    assert exact[0] == exact[2] != exact[1]


def test_a_renamed_copy_is_the_same_when_names_are_normalised():
    left = "def area(width, height):\n    return np.sqrt(width) * height + 3"
    right = "def q(w1, zz):\n    return np.sqrt(w1) * zz + 3"
    assert not same(left, right, "python")
    assert same(left, right, "python", normalise=NAMES)
    assert not same(left, right.replace("sqrt", "log"), "python", normalise=NAMES)
    assert not same(left, right.replace("3", "4"), "python", normalise=NAMES)
    assert same(left, right.replace("3", "4"), "python", normalise=NAMES | LITERALS)
    assert same("f('a # b', 1)", 'f("c", 22)', "python", normalise=LITERALS)


def test_scripts_without_spaces_have_tokens_too():
    sets = Shingler(2, prose=True).sets(
        ["画一个红色的圆。", "画一个 红色的圆", "Dessine un CERCLE", "dessine un cercle", "。、"]
    )
    assert set(sets.of(0).tolist()) == set(sets.of(1).tolist()) and len(sets.of(0)) == 6
    assert set(sets.of(2).tolist()) == set(sets.of(3).tolist())
    assert len(sets.of(4)) == 0 and sets.exact[4] == 0


def test_composed_and_decomposed_letters_are_the_same():
    assert same("caf\u00e9 au lait", "cafe\u0301 au lait", None)


def test_absent_and_blank_texts_have_no_shingles():
    sets = Shingler().sets([None, "", " \n\t", "x"])
    assert [len(sets.of(i)) for i in range(4)] == [0, 0, 0, 1]
    assert (sets.exact[:3] == 0).all()


def test_a_text_does_not_look_at_the_one_before_it():
    texts = ["ends with \\", "% a comment\nx = 1"]
    one_by_one = [Shingler(size=1).sets([text], ["latex"]).values.tolist() for text in texts]
    together = Shingler(size=1).sets(texts, ["latex"] * 2)
    assert [together.of(k).tolist() for k in range(2)] == one_by_one
