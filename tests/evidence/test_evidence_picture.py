from __future__ import annotations

import io

import pytest
from PIL import Image

from janus_reward.evidence import measure


def png(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def signals(made):
    evidence = measure(made)
    assert "signal_errors" not in evidence.notes
    return evidence.signals


def test_a_drawn_picture_is_measured(sample, bars):
    found = signals(sample(png=bars()))
    ink = 3 * 41 * 1 * (61 + 121 + 91) / 3 / (320 * 240)
    assert (found["picture.width"], found["picture.height"]) == (320, 240)
    assert found["picture.ink_density"] == pytest.approx(ink, rel=0.01)
    assert found["picture.background_share"] == pytest.approx(1 - ink, rel=0.01)
    assert found["picture.colors"] == 2
    assert found["picture.margin_min"] == pytest.approx(39 / 240, abs=0.01)
    assert found["picture.border_ink"] == 0
    assert found["picture.motion"] is None


def test_ink_at_the_border_shows_clipping(sample, bars):
    assert signals(sample(png=bars(shift=100)))["picture.border_ink"] > 0


def test_faint_ink_has_little_contrast_and_gray_has_no_colour(sample, bars):
    strong, faint = (signals(sample(png=bars(color))) for color in ("black", "#d0d0d0"))
    assert strong["picture.contrast"] == pytest.approx(1)
    assert faint["picture.contrast"] < 0.25
    assert strong["picture.colorfulness"] == 0
    assert signals(sample(png=bars("red")))["picture.colorfulness"] > 30


def test_a_transparent_picture_lies_on_white(sample):
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (10, 10, 20, 20))
    found = signals(sample(png=png(clear)))
    assert found["picture.ink_density"] == pytest.approx(0.04)
    assert found["picture.contrast"] == pytest.approx((255 - 76) / 255, abs=0.02)


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_bytes_that_are_no_picture_are_not_measured(sample, data):
    found = signals(sample(png=data, outcome="ok"))
    assert found["picture.width"] is None


def test_a_cut_file_does_not_raise(sample, bars):
    found = signals(sample(png=bars()[:200], outcome="ok"))
    assert found["picture.ink_density"] is None


def test_a_uniform_picture_has_no_ink(sample):
    found = signals(sample(png=png(Image.new("RGB", (64, 64), "navy")), outcome="blank"))
    assert found["picture.background_share"] == 1
    assert found["picture.ink_density"] == 0
    assert found["picture.contrast"] is None
    assert found["execution.drawn"] == 0


def test_the_same_picture_is_its_own_reference(sample, bars):
    found = signals(sample(png=bars(), reference=bars()))
    assert found["reference.color_distance"] == pytest.approx(0)
    for name in ("size_ratio", "layout_similarity", "edge_similarity", "ink_ratio"):
        assert found[f"reference.{name}"] == pytest.approx(1), name


def test_another_picture_is_further_from_the_reference(sample, bars):
    near = signals(sample(png=bars(shift=2), reference=bars()))
    far = signals(sample(png=bars("red", "black", (240, 320)), reference=bars()))
    assert far["reference.color_distance"] > near["reference.color_distance"]
    assert far["reference.layout_similarity"] < near["reference.layout_similarity"]
    assert far["reference.size_ratio"] < near["reference.size_ratio"] == 1
