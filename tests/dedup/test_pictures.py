import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from janus_reward.dedup.pictures import perceptual_keys, picture_features
from janus_reward.dedup.verify import ink_similarity


def png(image):
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def bars(heights, size=(640, 480), colour=(31, 119, 180), ground="white"):
    image = Image.new("RGB", size, ground)
    draw, step, unit = ImageDraw.Draw(image), size[0] / (len(heights) + 1), size[1] / 24
    draw.line([(unit, size[1] - unit), (size[0] - unit, size[1] - unit)], fill="black", width=round(unit / 10))
    for i, height in enumerate(heights):
        left, top = step * (i + 0.6), size[1] - unit - height * (size[1] - 3 * unit)
        draw.rectangle([left, top, left + step * 0.7, size[1] - unit], fill=colour)
    return image


def similarity(left, right):
    found = picture_features([png(left), png(right)])
    return ink_similarity(found.ink, found.ground, 0, 1)


def share_a_key(left, right):
    keys = perceptual_keys(picture_features([png(left), png(right)]).ink)
    return bool((keys[:, 0] == keys[:, 1]).any())


CHART = bars([0.3, 0.9, 0.5, 0.7])


@pytest.mark.parametrize("size", [(320, 240), (800, 600), (1280, 960)])
def test_the_same_chart_at_another_size_is_found(size):
    again = bars([0.3, 0.9, 0.5, 0.7], size)
    assert similarity(CHART, again) > 0.85 and share_a_key(CHART, again)


@pytest.mark.parametrize(
    "other",
    [
        bars([0.9, 0.3, 0.7, 0.5]),
        bars([0.3, 0.5, 0.5, 0.7]),
        bars([0.2, 0.2, 0.2, 0.2]),
        bars([0.3, 0.9, 0.5, 0.7], colour=(214, 39, 40)),
    ],
)
def test_a_different_chart_on_the_same_white_is_not(other):
    assert similarity(CHART, other) < 0.85


def test_the_same_chart_on_a_dark_ground_is_another_picture():
    assert similarity(CHART, bars([0.3, 0.9, 0.5, 0.7], ground="black")) == 0


def test_pictures_that_say_too_little_are_left_out():
    blank, split = Image.new("RGB", (400, 300), "white"), Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(split).rectangle([10, 10, 14, 14], fill="black")
    found = picture_features([png(blank), png(split), None, png(CHART)])
    assert found.of.tolist() == [-1, -1, -1, 0] and found.low_information == 2


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, png(CHART)[:200], b"<svg/>"])
def test_bytes_that_are_no_picture_are_counted_not_raised(data):
    found = picture_features([data])
    assert found.of.tolist() == [-1] and found.unreadable + found.low_information == 1


def test_a_transparent_picture_lies_on_white():
    image = CHART.convert("RGBA")
    pixels = np.array(image)
    pixels[(pixels[..., :3] == 255).all(axis=2)] = 0
    assert similarity(CHART, Image.fromarray(pixels)) > 0.99


def test_a_picture_of_too_many_pixels_is_not_decoded():
    assert picture_features([png(Image.new("1", (9_000, 9_000)))]).unreadable == 1
