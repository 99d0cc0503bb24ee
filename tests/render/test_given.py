"""Pictures that came with the data are used as they are when they can be, and refused plainly when they lie."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from janus_reward.picture_file import opened
from janus_reward.render.base import RenderSettings
from janus_reward.render.blank import open_png
from janus_reward.render.given import GivenPicture
from janus_reward.render.pixels import PixelMemory

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def given_picture() -> Iterator[GivenPicture]:
    picture = GivenPicture(RenderSettings())
    yield picture
    picture.close()


def box(mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, (60, 40), "white")
    ImageDraw.Draw(image).rectangle((10, 10, 40, 30), fill="blue")
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def test_a_plain_png_is_kept_byte_for_byte(given_picture: GivenPicture) -> None:
    png = encoded(box(), "PNG")
    assert given_picture.render(png).stills[0].png == png


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "BMP", "PDF", "GIF"])
def test_other_kinds_become_png(given_picture: GivenPicture, kind: str) -> None:
    drawn = given_picture.render(encoded(box(), kind))
    assert drawn.outcome == "ok", drawn.message
    colour = open_png(drawn.stills[0].png, 10**7)
    assert colour.getpixel((colour.width // 2 - 5, colour.height // 2))[2] > 200  # type: ignore[index]


def test_an_svg_picture_is_drawn_with_its_facts(given_picture: GivenPicture) -> None:
    drawn = given_picture.render(b'<?xml version="1.0"?><svg viewBox="0 0 9 9"><text y="5">hi</text></svg>')
    assert (drawn.outcome, drawn.facts["texts"][0]["text"]) == ("ok", "hi")


def test_an_animation_gives_first_middle_and_last(given_picture: GivenPicture) -> None:
    frames = [Image.new("RGB", (20, 20), (step * 20, 0, 0)) for step in range(9)]
    drawn = given_picture.render(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100))
    assert [still.at_s for still in drawn.stills] == [0.0, 0.4, 0.8]


def test_a_turned_photograph_is_turned_back(given_picture: GivenPicture) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn = given_picture.render(encoded(box(), "JPEG", exif=exif))
    assert open_png(drawn.stills[0].png, 10**7).size == (40, 60)


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (0, 0)), (2, (39, 0)), (3, (39, 39)), (6, (39, 0)), (8, (0, 39))]
)
def test_a_square_png_is_turned_too(given_picture: GivenPicture, orientation: int, corner: tuple[int, int]) -> None:
    image = Image.new("RGB", (40, 40), "white")
    image.putpixel((0, 0), (255, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = orientation
    drawn = given_picture.render(encoded(image, "PNG", exif=exif))
    assert open_png(drawn.stills[0].png, 10**7).getpixel(corner) == (255, 0, 0)


@pytest.mark.parametrize(("deep", "shallow"), [(0, 0), (257, 1), (25_700, 100), (65_535, 255)])
def test_greys_of_sixteen_bits_keep_their_shade(given_picture: GivenPicture, deep: int, shallow: int) -> None:
    drawn = given_picture.render(encoded(Image.new("I;16", (8, 8), deep), "PNG"))
    assert open_png(drawn.stills[0].png, 10**7).getpixel((4, 4)) == (shallow,) * 3


def huge_png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (b"", "empty"),
        (b"this is no picture", "no picture"),
        (b"\x89PNG\r\n\x1a\n and then nonsense", "no picture"),
        (encoded(box(), "JPEG")[:200], "picture"),
        (huge_png(10_000), "more than 40000000"),
        (huge_png(60_000), "more than 40000000"),
        (b"%PDF-1.7 nonsense", "PDF is damaged"),
    ],
)
def test_a_lying_picture_says_what_is_wrong(given_picture: GivenPicture, payload: bytes, complaint: str) -> None:
    drawn = given_picture.render(payload)
    assert drawn.outcome in ("failed", "exceeded")
    assert complaint in str(drawn.message)
    assert given_picture.render(encoded(box(), "PNG")).outcome == "ok"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "PDF", None]))
def test_any_bytes_end_in_an_outcome(given_picture: GivenPicture, data: bytes, kind: str | None) -> None:
    start = encoded(box(), kind)[:120] if kind else b""
    drawn = given_picture.render(start + data)
    assert drawn.outcome == "ok" or drawn.message


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("alpha", [255, 90])
def test_the_pixels_from_the_jail_are_those_of_the_file(given_picture: GivenPicture, mode: str, alpha: int) -> None:
    image = box("RGBA")
    image.putpixel((3, 3), (200, 10, 10, alpha))
    (still,) = given_picture.render(encoded(image.convert(mode), "PNG")).stills
    assert still.image is not None
    plain = opened(still.png, 10**6)
    assert (still.image.mode, still.image.size) == (plain.mode, plain.size)
    assert still.image.tobytes() == plain.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "BMP"])
def test_so_are_those_of_a_converted_one(given_picture: GivenPicture, kind: str) -> None:
    (still,) = given_picture.render(encoded(box(), kind)).stills
    assert still.image is not None and still.image.tobytes() == opened(still.png, 10**6).tobytes()


def test_a_large_picture_is_decoded_by_the_host(given_picture: GivenPicture) -> None:
    (still,) = given_picture.render(encoded(Image.new("L", (4000, 2200)), "PNG")).stills
    assert still.image is None


@given(st.recursive(st.none() | st.integers() | st.sampled_from(["RGB", "RGBA", "L"]), st.lists))
def test_nothing_that_a_jail_says_of_its_pixels_is_believed(told: object) -> None:
    memory = PixelMemory()
    try:
        picture = memory.picture(told, encoded(box(), "PNG"))
        assert picture is None or told == [picture.mode, 60, 40]
        assert memory.picture(["RGB", 60, 41], encoded(box(), "PNG")) is None
        assert memory.picture(["RGB", 60, 40], encoded(box(), "PNG")) is not None
        with pytest.raises(OSError, match="not permitted"):
            os.ftruncate(memory.descriptor, 100)
    finally:
        memory.close()
