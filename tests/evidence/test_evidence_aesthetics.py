"""What a picture looks like as a whole: each measure moves the way that its name says."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from janus_reward.evidence import SIGNALS
from janus_reward.evidence.view import View

NAMES = [name for name in SIGNALS if name.startswith("aesthetics.")]


def png(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def photograph(size):
    """Smooth random colours, as a photograph has."""
    coarse = np.random.default_rng(3).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    fine = np.random.default_rng(4).normal(0, 6, (size[1], size[0], 3))
    smooth = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC), dtype=float)
    return Image.fromarray((smooth + fine).clip(0, 255).astype(np.uint8))


def page(photo=None, lines=0, size=14, ground="white"):
    image = Image.new("RGB", (640, 480), ground)
    if photo:
        image.paste(photograph(photo), (0, 0))
    pen = ImageDraw.Draw(image)
    for row in range(lines):
        pen.text(
            (20, 20 + row * 2 * size),
            "Quick brown foxes and lazy dogs",
            fill="black",
            font=ImageFont.load_default(size),
        )
    return image


@pytest.fixture
def value(sample):
    def measured(name, image):
        return SIGNALS[f"aesthetics.{name}"].value(View(sample(png=png(image))))

    return measured


def test_a_photograph_is_told_from_text(value):
    photo, text = page(photo=(640, 240)), page(lines=14)
    assert value("photo_share", photo) == pytest.approx(0.5, abs=0.1)
    assert value("photo_width", photo) > 0.95
    assert value("photo_share", text) < 0.02
    assert value("text_share", text) > value("text_share", photo)
    assert value("soft_edges", photo) > value("soft_edges", text)


def test_the_largest_photograph_is_at_most_all_of_them(value):
    image = page(photo=(200, 200))
    image.paste(photograph((120, 120)), (480, 320))
    assert 0 < value("photo_largest", image) < value("photo_share", image)


def test_an_empty_page_is_flat_and_dark_is_dark(value):
    assert value("flat_share", page(lines=2)) > value("flat_share", page(lines=14))
    assert value("luminance", page(lines=1, ground="#202020")) < 0.2 < 0.9 < value("luminance", page(lines=1))


def test_blur_lowers_sharpness_and_detail(value):
    sharp = page(lines=14)
    blurred = sharp.filter(ImageFilter.GaussianBlur(3))
    assert value("sharpness", blurred) < value("sharpness", sharp)
    assert value("fine_detail", blurred) < value("fine_detail", sharp)


def test_a_mirrored_picture_is_symmetric(value):
    left = page(lines=8)
    mirrored = left.copy()
    mirrored.paste(left.crop((0, 0, 320, 480)).transpose(Image.Transpose.FLIP_LEFT_RIGHT), (320, 0))
    assert value("symmetry", mirrored) == 1
    assert value("symmetry", left) < 1


def test_large_lines_are_headlines_and_busy_pages_have_more_leaves(value):
    assert value("headlines", page(lines=5, size=30)) >= 4
    assert value("headlines", page(lines=5, size=10)) == 0
    assert value("quadtree_leaves", page(lines=14)) > value("quadtree_leaves", page(lines=1))


def test_warm_and_saturated_colours_are_seen(value):
    image = page(lines=1)
    image.paste((255, 80, 0), (0, 0, 320, 480))
    assert value("warm_share", image) == pytest.approx(0.5, abs=0.01)
    assert value("saturation", image) > value("saturation", page(lines=1))


def test_a_ruled_line_is_a_rule(value):
    image = page()
    ImageDraw.Draw(image).line((50, 100, 600, 100), fill="black", width=2)
    assert value("rules", image) > 0


def test_a_picture_too_small_to_survey_is_not_measured(value):
    assert {name: value(name.partition(".")[2], Image.new("RGB", (31, 400))) for name in NAMES} == dict.fromkeys(NAMES)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(width=st.integers(32, 640), height=st.integers(32, 960), seed=st.integers(0, 9), levels=st.integers(1, 256))
def test_any_picture_gives_values_in_range_twice_the_same(sample, width, height, seed, levels):
    noise = np.random.default_rng(seed).integers(0, levels, (height, width, 3), dtype=np.uint8)
    data = png(Image.fromarray(noise))
    first, second = ([SIGNALS[name].value(View(sample(png=data))) for name in NAMES] for _ in range(2))
    assert first == second
    assert all(value is not None for value in first[:5])
