"""How near a picture comes to its reference, block by block and as a whole."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from janus_reward.evidence import measure


def page(boxes, size=(320, 240)):
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for x, y, width, height, color in boxes:
        pen.rectangle((x, y, x + width, y + height), fill=color)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


LAYOUT = [(20, 20, 30, 20, "navy"), (120, 20, 20, 20, "red"), (220, 150, 30, 15, "green"), (30, 160, 35, 20, "purple")]


def reference(sample, picture, wanted, **fields):
    evidence = measure(sample(png=picture, reference=wanted, task="reproduce", **fields))
    assert "signal_errors" not in evidence.notes
    return {n.removeprefix("reference."): v for n, v in evidence.signals.items() if n.startswith("reference.")}


def test_the_same_picture_agrees_in_everything(sample):
    found = reference(sample, page(LAYOUT), page(LAYOUT))
    for name in ("block_area", "block_position", "block_size", "block_color", "ms_ssim"):
        assert found[name] == pytest.approx(1), name
    assert found["dhash_distance"] == found["phash_distance"] == 0


def test_a_missing_block_lowers_the_matched_area_only(sample):
    found = reference(sample, page(LAYOUT[:3]), page(LAYOUT))
    assert 0.6 < found["block_area"] < 0.95
    assert found["block_position"] == pytest.approx(1)
    assert found["block_color"] == pytest.approx(1)


def test_a_moved_block_lowers_the_position(sample):
    moved = [(50, 40, 30, 20, "navy"), *LAYOUT[1:]]
    found = reference(sample, page(moved), page(LAYOUT))
    assert found["block_area"] == pytest.approx(1, abs=0.02)
    assert found["block_position"] < 0.99


def test_another_colour_and_another_size_are_told_apart(sample):
    recolored = reference(sample, page([(20, 20, 30, 20, "orange"), *LAYOUT[1:]]), page(LAYOUT))
    resized = reference(sample, page([(20, 20, 20, 15, "navy"), *LAYOUT[1:]]), page(LAYOUT))
    assert recolored["block_color"] < 0.95 < recolored["block_size"]
    assert resized["block_size"] < 0.95 < resized["block_color"]


def test_the_number_of_pixels_does_not_matter(sample):
    doubled = [(2 * x, 2 * y, 2 * w, 2 * h, color) for x, y, w, h, color in LAYOUT]
    found = reference(sample, page(doubled, (640, 480)), page(LAYOUT))
    assert found["block_area"] > 0.95
    assert found["block_position"] > 0.98


def test_the_more_a_picture_differs_the_less_it_resembles(sample, bars):
    near = reference(sample, bars(shift=2), bars())
    far = reference(sample, page(LAYOUT), bars())
    assert near["ms_ssim"] > far["ms_ssim"]
    assert near["dhash_distance"] < far["dhash_distance"]
    assert near["phash_distance"] < far["phash_distance"]


def test_blank_pictures_have_no_blocks_to_compare(sample):
    found = reference(sample, page([]), page([]))
    assert found["block_area"] is None
    assert reference(sample, page([]), page(LAYOUT))["block_area"] == 0


def test_a_frame_around_everything_does_not_become_the_only_block(sample):
    frame = [(5, 5, 310, 230, "black"), (6, 6, 308, 228, "white")]
    found = reference(sample, page([*frame, *LAYOUT[:2]]), page([*frame, *LAYOUT]))
    assert found["block_area"] < 0.9


@pytest.mark.parametrize(
    ("language", "code", "other"),
    [
        ("python", "import a\na.bar([1, 2], color='red')\n", "import a\nfor i in range(3):\n    print(i)\n"),
        ("html", "<html><body><h1>A</h1><ul><li>b</ul></body></html>", "<html><body><table><tr><td>x</table></body></html>"),
        ("vega-lite", '{"mark": "bar", "encoding": {"x": {"field": "a"}}}', '{"layer": [{"mark": "line"}]}'),
    ],
)  # fmt: skip
def test_the_tree_of_the_code_is_compared_with_a_reference_code(sample, language, code, other):
    same = measure(sample(code, language, meta={"reference_code": code})).signals["reference.code_tree"]
    unlike = measure(sample(code, language, meta={"reference_code": other})).signals["reference.code_tree"]
    assert same == 1
    assert unlike < 0.6
    assert measure(sample(code, language)).signals["reference.code_tree"] is None


def test_comments_do_not_change_the_tree(sample):
    code, commented = "x = f(1)\n", '"""Said."""\n# more\nx = f(1)  # and more\n'
    assert measure(sample(commented, meta={"reference_code": code})).signals["reference.code_tree"] == 1


@pytest.mark.parametrize("given", [3, None, ["x"], "", "def ("])
def test_a_useless_reference_code_gives_no_value(sample, given):
    assert measure(sample("x = 1", meta={"reference_code": given})).signals["reference.code_tree"] is None
