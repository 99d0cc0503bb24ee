"""Blank is decided from pixels; hostile bytes are refused before they are decoded."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from janus_reward.render.blank import BLANK_INK_SHARE, BadPicture, ink_share, open_png


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_a_uniform_picture_has_no_ink() -> None:
    assert ink_share(open_png(png(Image.new("RGB", (640, 480), "#eef")), 10**6)) == 0


def test_compression_noise_is_not_content_but_one_word_is() -> None:
    canvas = Image.new("RGB", (640, 480), "white")
    for x in range(0, 640, 7):
        canvas.putpixel((x, x % 480), (250, 250, 252))
    assert ink_share(canvas) < BLANK_INK_SHARE
    ImageDraw.Draw(canvas).text((20, 20), "Quarterly revenue", fill="black")
    assert ink_share(canvas) > BLANK_INK_SHARE


@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_ink_is_counted_in_every_pixel_and_channel(width: int, height: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), chance.choice([0, 7, 128, 250, 255], 3), dtype=np.uint8)
    drawn = chance.random((height, width)) < 0.3
    pixels[drawn] = chance.integers(0, 256, (int(drawn.sum()), 3))
    values, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    ground = values[counts.argmax()].astype(int)
    plain = (np.abs(pixels - ground) > 12).any(axis=2).mean()
    assert ink_share(Image.fromarray(pixels)) == plain


def test_transparency_is_seen_over_white() -> None:
    assert ink_share(open_png(png(Image.new("RGBA", (50, 50), (0, 0, 0, 0))), 10**6)) == 0


def test_a_header_that_claims_too_much_is_refused_before_decoding() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    with pytest.raises(BadPicture, match="far more than 40000000 pixels"):
        open_png(bomb, 40_000_000)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_picture_or_a_bad_picture(data: bytes) -> None:
    with pytest.raises(BadPicture):
        open_png(data, 10**6)


@given(st.integers(8, 400))
def test_a_truncated_png_is_a_bad_picture(keep: int) -> None:
    whole = png(Image.effect_noise((40, 40), 50))
    with pytest.raises(BadPicture):
        open_png(whole[:keep], 10**6)
