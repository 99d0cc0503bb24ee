"""What is computed in a clever way is what the plain way gives, but for the order of sums."""

from __future__ import annotations

import gc
import io
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from janus_reward import colors
from janus_reward.color_kernels import warmth
from janus_reward.evidence import aesthetics, gradient, measure, picture, quadtree, raster
from janus_reward.evidence.misspelling import near_misses
from janus_reward.evidence.number_rows import number_rows
from janus_reward.evidence.raster import decode
from janus_reward.evidence.shrunk import shrunk
from janus_reward.evidence.survey import Survey
from janus_reward.evidence.view import View
from janus_reward.picture_file import BadPicture, opened

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def pictures(draw, least=32, most=150):
    """(h, w, 3) uint8: a ground with boxes, rules, words' strokes and noise on some of it."""
    height, width = draw(st.integers(least, most)), draw(st.integers(least, most))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    found = np.full((height, width, 3), chance.integers(0, 256, 3), dtype=np.uint8)
    for _ in range(draw(st.integers(0, 6))):
        top, left = chance.integers(0, height), chance.integers(0, width)
        part = found[top : top + chance.integers(1, height), left : left + chance.integers(1, width)]
        part[:] = chance.integers(0, 256, 3)
        if chance.random() < 0.3:
            part[:] = chance.integers(0, 256, part.shape)
        part[:, :: chance.integers(2, 9)] = chance.integers(0, 256, 3)
    return found


def png(pixels, mode="RGB"):
    out = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(out, "PNG")
    return out.getvalue()


@FEW
@given(pictures())
def test_the_gradient_is_scipys(pixels):
    luma = Survey(pixels).luma
    down, across = gradient.gradient(luma)
    np.testing.assert_array_equal(down, ndimage.gaussian_filter(luma, 2.0, order=(1, 0)))
    np.testing.assert_array_equal(across, ndimage.gaussian_filter(luma, 2.0, order=(0, 1)))


@FEW
@given(pictures())
def test_upright_edges_are_those_of_the_angles(pixels):
    luma = Survey(pixels).luma
    filtered = (ndimage.gaussian_filter(luma, 2.0, order=order) for order in ((1, 0), (0, 1)))
    down, across = (one.astype(np.float64) for one in filtered)
    strength = np.hypot(down, across)
    strength[strength < 4] = 0
    angle = np.degrees(np.arctan2(np.abs(down), np.abs(across)))
    whole = float(strength.sum())
    plain = float(strength[np.minimum(angle, 90 - angle) <= 4].sum() / whole) if whole else None
    assert gradient.upright_share(luma) == pytest.approx(plain)


def plain_leaves(luma, depth=0):
    height, width = luma.shape
    if depth == 5 or min(height, width) < 8 or float(luma.var()) < 100:
        return 1
    rows, columns = np.split(luma, [height // 2]), [width // 2]
    return sum(plain_leaves(part, depth + 1) for row in rows for part in np.split(row, columns, axis=1))


@FEW
@given(pictures(most=300))
def test_a_quadtree_has_the_leaves_of_its_recursion(pixels):
    luma = Survey(pixels).luma
    assert quadtree.leaves(luma) == plain_leaves(luma.astype(np.float64))


@FEW
@given(pictures())
def test_lines_of_text_are_those_of_all_rows(pixels):
    survey = Survey(pixels)
    strokes = (np.abs(np.diff(survey.luma, axis=1)) > 50).astype(np.float32)
    dense = ndimage.uniform_filter1d(strokes, 25, axis=1) > 0.12
    labels, _ = ndimage.label(ndimage.binary_closing(dense, np.ones((1, 15))))
    boxes = ndimage.find_objects(labels)
    tall = [rows.stop - rows.start for rows, columns in boxes if columns.stop - columns.start > 20]
    assert sorted(survey.line_heights) == sorted(tall)


@FEW
@given(pictures())
def test_rules_are_counted_in_all_rows(pixels):
    survey = Survey(np.repeat(pixels, 3, axis=1))
    steps = np.abs(np.diff(survey.luma, axis=0)) > 12
    long = [row[at : at + 80].sum() >= 78 for row in steps for at in range(survey.width - 79)]
    assert aesthetics.rules(SimpleNamespace(once=lambda analysis: survey)) == np.mean(long)


@FEW
@given(pictures(least=20, most=300), st.floats(0.2, 1), st.sampled_from(["RGB", "RGBA"]))
def test_a_picture_is_shrunk_as_by_pillow(pixels, scale, mode):
    whole = Image.fromarray(pixels).convert(mode)
    size = (max(1, round(whole.width * scale)), max(1, round(whole.height * scale)))
    plain = whole.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    np.testing.assert_array_equal(np.asarray(shrunk(whole, size)), np.asarray(plain))


@pytest.mark.parametrize("shape", [(800, 1280), (1030, 1280), (1280, 800), (1281, 640), (480, 900)])
def test_so_are_the_sizes_of_pages(shape):
    whole = Image.fromarray(np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8))
    for size in ((whole.width // 2, whole.height // 2), (640, round(640 * whole.height / whole.width))):
        plain = whole.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
        np.testing.assert_array_equal(np.asarray(shrunk(whole, size)), np.asarray(plain))


@FEW
@given(pictures())
def test_blocks_hold_what_their_pixels_tell(pixels):
    survey = Survey(pixels)
    rows, columns = pixels.shape[0] // 16, pixels.shape[1] // 16
    for row, column in np.ndindex(rows, columns):
        at = np.s_[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16]
        _, counts = np.unique(survey.codes[at], return_counts=True)
        assert survey.photo[row, column] == (len(counts) > 16 and counts.max() / 256 < 0.6)
        assert survey.spread[row, column] == pytest.approx(survey.luma[at].astype(np.float64).std(), abs=1e-5)
        assert survey.text[row, column] == (counts.max() / 256 >= 0.45 and survey.spread[row, column] > 20)


@FEW
@given(pictures())
def test_passes_over_luma_are_the_formulas(pixels):
    survey = Survey(pixels)
    luma = survey.luma.astype(np.float64)
    step = np.abs(np.diff(survey.luma, axis=1))
    assert survey.steps == (((step > 2) & (step <= 20)).mean(), (step > 32).mean())
    assert survey.asymmetry == pytest.approx(np.abs(luma - luma[:, ::-1]).mean(), abs=1e-4)
    laplacian = ndimage.laplace(luma)[1:-1, 1:-1]
    assert survey.laplacian_variance == pytest.approx(laplacian.var(), rel=1e-5, abs=1e-5)


@FEW
@given(pictures())
def test_colours_are_those_of_every_pixel(pixels):
    view = SimpleNamespace(once=lambda analysis: Survey(pixels))
    hue, saturated, value = (channel.astype(int) for channel in np.moveaxis(hsv_of(pixels), -1, 0))
    assert aesthetics.saturation(view) == pytest.approx(saturated.mean() / 255)
    warm = (saturated > 76) & (value > 76) & ((hue < 31) | (hue > 234))
    assert aesthetics.warm_share(view) == warm.mean()
    shares = np.unique(colors.coarse_codes(pixels.reshape(-1, 3)), return_counts=True)[1] / hue.size
    assert aesthetics.color_entropy(view) == pytest.approx(-(shares * np.log2(shares)).sum(), abs=1e-9)


@FEW
@given(pictures(least=2))
def test_colourfulness_and_edges_are_the_formulas(pixels):
    shown = raster.decode(png(pixels))
    red, green, blue = (pixels[..., channel].astype(np.float64) for channel in range(3))
    opponent = np.stack([red - green, (red + green) / 2 - blue]).reshape(2, -1)
    plain = np.hypot(*opponent.std(axis=1)) + 0.3 * np.hypot(*opponent.mean(axis=1))
    assert picture.colorfulness(SimpleNamespace(still=shown)) == pytest.approx(plain, abs=1e-5)
    luma = shown.luminance
    across, down = np.abs(np.diff(luma, axis=1))[:-1], np.abs(np.diff(luma, axis=0))[:, :-1]
    np.testing.assert_array_equal(shown.edges, np.maximum(across, down) > 32)


def hsv_of(pixels):
    return np.asarray(Image.fromarray(pixels).convert("HSV"))


def test_hue_and_saturation_are_pillows_for_every_third_colour():
    every = np.stack(np.meshgrid(*[np.arange(0, 256, 3, dtype=np.uint8)] * 3), axis=-1).reshape(-1, 86, 3)
    hue, saturated, value = (channel.astype(int) for channel in np.moveaxis(hsv_of(every), -1, 0))
    for part, hues, sat, val in zip(every, hue, saturated, value, strict=True):
        warm = (sat > 76) & (val > 76) & ((hues < 31) | (hues > 234))
        assert warmth(part) == (sat.sum(), warm.sum())


@FEW
@given(pictures(most=300))
def test_the_most_frequent_colour_is_the_one_counted_among_all(pixels):
    flat = pixels.reshape(-1, 3)
    values, counts = np.unique(flat, axis=0, return_counts=True)
    assert colors.mode(flat) == tuple(values[counts.argmax()].tolist())
    color, share = colors.most_frequent(flat)
    codes = colors.coarse_codes(flat)
    inside = flat[codes == np.bincount(codes).argmax()]
    values, counts = np.unique(inside, axis=0, return_counts=True)
    assert (color, share) == (tuple(values[counts.argmax()].tolist()), counts.max() / len(flat))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_opened_before_is_seen_the_same(mode):
    pixels = np.random.default_rng(1).integers(0, 256, (700, 500, 3), dtype=np.uint8)
    bytes_ = png(pixels, mode)
    one, other = decode(bytes_), decode(bytes_, opened(bytes_, 10**6))
    np.testing.assert_array_equal(one.pixels, other.pixels)
    np.testing.assert_array_equal(one.survey, other.survey)
    with pytest.raises(BadPicture):
        opened(bytes_, 1000)


def test_what_shows_through_is_laid_on_white():
    pixels = np.zeros((40, 40, 4), dtype=np.uint8)
    pixels[:20, :, 3] = 255
    pixels[30:, :, 3] = 128
    seen = decode(png(pixels, "RGBA")).pixels
    assert [tuple(seen[row, 0].tolist()) for row in (0, 25, 35)] == [(0,) * 3, (255,) * 3, (127,) * 3]


def test_measuring_with_an_opened_picture_changes_nothing(sample, bars):
    picture = bars()
    one = sample(code="import matplotlib", instruction="Three blue bars", png=picture)
    assert measure(one) == measure(one, {picture: opened(picture, 10**6)})


@FEW
@given(
    st.lists(st.sampled_from(["rent 540, 565, 590", "oak", "in 2024, 7 of 9", "x = [3, 5,\n 9]", "1400, 200, 1000"]))
)
def test_lines_without_three_numbers_hold_no_row(lines):
    text = "\n".join(lines)
    padded = "\n\n".join(["no numbers here", *lines, "and 12 of 40"])
    assert number_rows(text) == number_rows(padded)


def test_a_slip_is_found_among_many_words(sample, bars):
    many = " ".join(f"word{chr(97 + n % 26) * 3}{chr(97 + n // 26) * 2}" for n in range(500))
    facts = {"texts": [{"text": "Quaterly revenue", "box": [0, 0, 50, 10]}]}
    one = sample(code=many, language="html", instruction="Quarterly revenue", facts=facts, png=bars())
    assert near_misses(View(one)) == 1


def test_measuring_leaves_no_picture_for_the_garbage_collector(sample, bars):
    one = sample(code="plt.bar(a, b)", language="python", instruction='A bar chart titled "Rain" in blue', png=bars())
    gc.collect()
    gc.disable()
    try:
        measure(one)
        assert not [found for found in gc.get_objects() if isinstance(found, (View, raster.Raster, Survey))]
    finally:
        gc.enable()
