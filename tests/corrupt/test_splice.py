import ast

from hypothesis import given
from hypothesis import strategies as st

from janus_reward.corrupt.colours import other_hue, rgb
from janus_reward.corrupt.markup_source import MarkupSource
from janus_reward.corrupt.python_source import PythonSource, keyword
from janus_reward.corrupt.splice import Edit, spliced


def test_edits_are_made_by_the_positions_of_the_old_text():
    assert spliced("abcdef", [Edit(4, 5, "E"), Edit(0, 1, ""), Edit(2, 2, "+")]) == "b+cdEf"


def test_cuts_that_overlap_cut_all_of_it():
    assert spliced("abcdef", [Edit(1, 3, ""), Edit(2, 5, "")]) == "af"


@given(st.text(alphabet="aäß€😀 \n", max_size=30))
def test_positions_are_right_behind_any_letters(text):
    code = f"first = {text!r}; second = 7\n"
    source = PythonSource(code)
    number = next(node for node in source.nodes if isinstance(node, ast.Constant) and node.value == 7)
    assert source.text(number) == "7"


def test_several_keywords_are_cut_from_one_call():
    source = PythonSource("f(a=1, b=2, c=3)\n")
    code = source.edited(source.cut_keywords(source.calls[0], ("a", "b")))
    assert code is not None
    call = PythonSource(code).calls[0]
    assert keyword(call, "c") is not None
    assert keyword(call, "a") is None


def test_a_block_that_loses_all_its_statements_still_parses():
    source = PythonSource("for x in y:\n    ax.legend()\n    ax.legend()\n")
    code = source.edited(source.cut_calls(source.named("legend")))
    assert code is not None
    assert "legend" not in code


def test_elements_are_found_where_they_stand():
    page = MarkupSource('<p>a &lt; b</p>\n<div\n class="x"><br><b>two</b></div>')
    div = page.first("div")
    assert div is not None
    assert page.text(div) == '<div\n class="x"><br><b>two</b></div>'
    assert page.words(div) == "two"
    assert spliced(page.code, [page.set(div, "class", "y")]).endswith('<div\n class="y"><br><b>two</b></div>')


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_another_hue_is_far_from_the_first(colour):
    other = rgb(other_hue("#{:02x}{:02x}{:02x}".format(*colour)) or "")
    assert other is not None
    assert max(abs(a - b) for a, b in zip(colour, other, strict=True)) > 20
