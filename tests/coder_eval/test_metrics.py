"""Metrics against cases worked out by hand, or published beside their definition, to 1e-6."""

import io
import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from janus_reward.coder_eval.metrics import charts, demos, drawings, edits, pictures
from janus_reward.coder_eval.metrics.color_difference import cie76, ciede2000, lab
from janus_reward.coder_eval.metrics.overlap import overlap
from janus_reward.coder_eval.metrics.page_blocks import Block, blocks, compare
from janus_reward.coder_eval.metrics.pass_at_k import pass_at_k
from janus_reward.coder_eval.metrics.tree_bleu import subtrees, tree_bleu
from janus_reward.evidence.node import Node

CLOSE = 1e-6


def close(value):
    return pytest.approx(value, abs=CLOSE)


# --- bags


def test_overlap_counts_what_occurs_twice_twice():
    found = overlap(["a", "a", "b", "x"], ["a", "a", "a", "b", "c"])
    assert (found.precision, found.recall) == (close(3 / 4), close(3 / 5))
    assert found.f1 == close(2 * 0.75 * 0.6 / 1.35)


def test_overlap_of_nothing_wanted_is_nothing_and_of_nothing_found_is_zero():
    assert overlap(["a"], []) is None
    assert overlap([], ["a"]).f1 == 0


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_overlap_with_itself_is_one(items):
    assert overlap(items, items).f1 == close(1.0)


# --- pass@k


def test_pass_at_k_by_hand():
    assert pass_at_k(5, 2, 1) == close(0.4)
    assert pass_at_k(5, 2, 3) == close(1 - 1 / 10)
    assert pass_at_k(5, 0, 5) == 0
    assert pass_at_k(5, 3, 3) == 1
    assert pass_at_k(2, 1, 3) is None


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_draws_that_hold_a_pass(case):
    n, c, k = case
    draws = list(combinations(range(n), k))
    assert pass_at_k(n, c, k) == close(sum(any(at < c for at in draw) for draw in draws) / len(draws))


# --- colours: pairs published with CIEDE2000 (Sharma, Wu and Dalal 2005, table 1), to the four digits given there

SHARMA = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (50, 3.2592, 0.335), 1.0000),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
    ((90.8027, -2.0831, 1.441), (91.1528, -1.6435, 0.0447), 1.4441),
    ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("first", "second", "published"), SHARMA)
def test_ciede2000_agrees_with_the_published_pairs_and_is_symmetric(first, second, published):
    assert round(ciede2000(first, second), 4) == published
    assert ciede2000(second, first) == close(ciede2000(first, second))


def test_white_is_100_black_is_0_and_red_is_where_the_tables_put_it():
    assert lab((255, 255, 255)) == pytest.approx((100, 0, 0), abs=0.01)
    assert lab((0, 0, 0)) == close((0, 0, 0))
    assert lab((255, 0, 0)) == pytest.approx((53.2408, 80.0925, 67.2032), abs=0.01)
    assert cie76((50, 3, 4), (50, 0, 0)) == close(5)


# --- charts


def chart(texts=(), grids=(), calls=None, series=()):
    """Facts as the renderer of Python writes them: one axes for each grid, all series in the first."""
    axes = [{"projection": "rectilinear", "grid": list(grid), "series": []} for grid in grids or [(1, 1, 0, 0, 0, 0)]]
    axes[0]["series"] = [{"kind": kind, "color": color} for kind, color in series]
    return {"texts": [{"role": "text", "text": text} for text in texts], "axes": axes, "plot_calls": calls or {}}


def test_text_f1():
    found = charts.text(chart(["Sales", "0", "0", "x"]), chart(["Sales", "0", "0", "0", "y"]))
    assert (found.precision, found.recall, found.f1) == (close(0.75), close(0.6), close(2 / 3))


def test_layout_f1_compares_grid_and_place():
    two = [(1, 2, 0, 0, 0, 0), (1, 2, 0, 0, 1, 1)]
    assert charts.layout(chart(grids=two), chart(grids=two)).f1 == close(1)
    assert charts.layout(chart(grids=two[:1]), chart(grids=two)).f1 == close(2 / 3)
    assert charts.layout(chart(grids=[(2, 1, 0, 0, 0, 0)]), chart(grids=two)).f1 == 0


def test_layout_is_told_from_boxes_where_there_is_no_grid_and_colour_bars_do_not_count():
    def facts(*boxes):
        areas = [{"box": list(box), "projection": ""} for box in boxes]
        return {"axes": [*areas, {"box": [900, 0, 920, 400], "projection": "colorbar"}]}

    beside = facts((0, 0, 400, 300), (450, 2, 850, 300))
    stacked = facts((0, 0, 400, 300), (1, 350, 400, 650))
    assert charts.layout(beside, beside).f1 == close(1)
    assert charts.layout(stacked, beside).f1 == 0


def test_type_f1_counts_calls():
    found = charts.chart_type(chart(calls={"bar": 2, "plot": 1}), chart(calls={"bar": 1, "plot": 1, "scatter": 1}))
    assert (found.precision, found.recall) == (close(2 / 3), close(2 / 3))


def test_color_f1_pairs_colours_of_one_kind_so_that_they_agree_most():
    same = [("bar", "#ff0000"), ("bar", "#0000ff"), ("line", "#00ff00")]
    assert charts.color(chart(series=reversed(same)), chart(series=same)).f1 == close(1)
    near = max(0, 1 - cie76(lab((255, 0, 0)), lab((240, 0, 0))) / 100)
    found = charts.color(chart(series=[("bar", "#f00000"), ("line", "#0000ff")]), chart(series=[("bar", "#ff0000")]))
    assert (found.precision, found.recall) == (close(near / 2), close(near))


def test_colours_of_other_kinds_do_not_agree_and_a_reference_without_colours_says_nothing():
    assert charts.color(chart(series=[("line", "#ff0000")]), chart(series=[("bar", "#ff0000")])).f1 == 0
    assert charts.color(chart(series=[("bar", "#ff0000")]), chart()) is None


# --- pages

PAGE = "<html><head><title>t</title></head><body><ul><li>a<li>b</ul><p>x <b>y</b><br></p></body></html>"


def test_subtrees_are_elements_with_their_children_in_order():
    assert subtrees(PAGE) == {
        ("html", "head", "body"),
        ("head", "title"),
        ("body", "ul", "p"),
        ("ul", "li", "li"),
        ("p", "b", "br"),
    }


def test_tree_bleu_is_the_share_of_the_references_subtrees():
    assert tree_bleu(PAGE, PAGE) == close(1)
    other = "<html><head><title>t</title></head><body><ul><li>a</ul><p><b>y</b><br></p></body></html>"
    assert tree_bleu(other, PAGE) == close(4 / 5)
    assert tree_bleu("", PAGE) == 0
    assert tree_bleu(PAGE, "just text") is None


def test_tree_bleu_counts_a_subtree_once_and_ignores_scripts_comments_and_attributes():
    reference = "<div><p><i></i></p><p><i></i></p></div>"
    page = '<div data-a="<b>"><!-- <u></u> --><script>"<em>"</script><p><i></i></p></div>'
    assert subtrees(page) == {("div", "script", "p"), ("p", "i")}
    assert tree_bleu(page, reference) == close(1 / 2)


def test_an_end_without_a_start_is_passed_over():
    assert subtrees("<div></span><b></b></div></p>") == {("div", "b")}


A = Block("Welcome home", (0.1, 0.1, 0.5, 0.2), (0, 0, 0))
B = Block("Prices", (0.1, 0.3, 0.3, 0.4), (255, 0, 0))


def test_blocks_equal_to_the_reference_have_one_in_all_scores():
    found = compare([A, B], [A, B])
    assert (found.match, found.text, found.position, found.color) == (close(1), close(1), close(1), close(1))


def test_block_scores_by_hand():
    moved = Block("Welcome Rome", (0.2, 0.15, 0.6, 0.25), (0, 0, 255))
    found = compare([moved], [A, B])
    assert found.match == close((0.04 + 0.04) / (0.04 + 0.04 + 0.02))
    assert found.text == close(2 * 11 / 24)
    assert found.position == close(1 - 0.1)
    assert found.color == close(max(0, 1 - ciede2000(lab((0, 0, 255)), lab((0, 0, 0))) / 100))


def test_blocks_of_other_texts_match_nothing():
    found = compare([Block("zzz", A.box, A.color)], [A])
    assert (found.match, found.text, found.position, found.color) == (0, 0, 0, 0)
    assert compare([A], []) is None


def test_neighbours_decide_between_equal_texts():
    def row(words):
        return [Block(word, (0.0, at / 10, 0.2, at / 10 + 0.05), (0, 0, 0)) for at, word in enumerate(words)]

    found = compare(row(["Read more", "Contact"]), row(["Read more", "Alpha", "Read more", "Contact"]))
    assert found.position == close(1 - 0.2)


def test_blocks_are_read_from_facts_as_shares_of_the_canvas():
    text = {"role": "text", "text": "a\n b", "box": [10, 20, 60, 40], "color": "#ff0000"}
    [block] = blocks({"canvas": [100, 200], "texts": [text]})
    assert (block.text, block.box, block.color) == ("a b", (0.1, 0.1, 0.6, 0.2), (255, 0, 0))


# --- pictures


def png(pixels):
    out = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()


def test_pixels_by_hand():
    black, grey = png(np.zeros((64, 64, 3))), png(np.full((64, 64, 3), 51))
    assert pictures.pixels(black, black) == close(1)
    assert pictures.pixels(grey, black) == close(1 - 51 / 255)
    half = np.zeros((64, 64, 3))
    half[:32] = 255
    assert pictures.pixels(png(half), black) == close(1 - math.sqrt(0.5))
    assert pictures.pixels(b"no picture", black) is None


def test_structure_is_one_for_the_same_picture_and_less_for_noise():
    random = np.random.default_rng(0)
    picture, noise = random.integers(0, 255, (192, 192, 3)), random.integers(0, 255, (192, 192, 3))
    assert pictures.structure(png(picture), png(picture)) == close(1)
    assert pictures.structure(png(noise), png(picture)) < 0.5


# --- edits


def node(name, **style):
    return Node("rect", name, 1, "", style)


def test_scope_is_precision_and_recall_over_changes():
    before = [node("#a", fill="red"), node("#b", fill="red"), node("#c", fill="red")]
    reference = [node("#a", fill="blue"), node("#b", fill="blue"), node("#c", fill="red")]
    edited = [node("#a", fill="blue"), node("#b", fill="red"), node("#c", fill="green")]
    found = edits.scope(before, edited, reference)
    assert (found.precision, found.recall, found.f1) == (close(1 / 2), close(1 / 2), close(1 / 2))
    assert edits.scope(before, reference, reference).f1 == close(1)
    assert edits.scope(before, before, reference).f1 == 0
    assert edits.scope(before, edited, before) is None


def test_preservation_is_over_what_the_reference_leaves_alone():
    before, reference, edited = (np.zeros((10, 10, 3)) for _ in range(3))
    reference[:5], edited[3:7] = 255, 255
    assert edits.preservation(png(before), png(edited), png(reference)) == close(30 / 50)
    assert edits.preservation(png(before), png(np.zeros((9, 10, 3))), png(reference)) == 0
    assert edits.preservation(png(before), png(edited), png(np.full((10, 10, 3), 255))) is None


# --- SVG and demos


def test_svg_validity_and_parts():
    good = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g><path/><path/></g></svg>'
    assert drawings.valid(good) == 1
    assert drawings.valid(good.replace(' viewBox="0 0 9 9"', "")) == 0
    assert drawings.valid(good[:-6]) == 0
    found = drawings.parts(good.replace("<path/><path/>", "<path/>"), good)
    assert (found.precision, found.recall) == (close(1), close(3 / 4))
    assert drawings.parts("<svg", good).f1 == 0


def test_demo_controls_that_answer():
    works = {"kind": "button", "reached": True, "changed": True, "error": None}
    probes = [works, {**works, "changed": False}, {**works, "error": "boom"}, {**works, "changed": None}]
    assert demos.responsive({"controls": [{}], "probes": probes}) == close(1 / 3)
    assert demos.responsive({"controls": []}) == 0
    assert demos.responsive({"controls": [{}]}) is None
