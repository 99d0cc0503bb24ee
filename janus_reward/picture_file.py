"""PNG bytes, which may lie, to an image: bounded before anything is decoded."""

from __future__ import annotations

import io
import warnings
import zlib

from PIL import Image


class BadPicture(ValueError):
    """The bytes are no PNG, lie about their size, or are larger than allowed."""


def opened(png: bytes, max_pixels: int) -> Image.Image:
    """Decode PNG bytes into an RGB image, or an RGBA one where something shows through.

    Args:
        png: hostile bytes.
        max_pixels: bound on width x height, checked in the header before any decoding.

    Raises:
        BadPicture: not a PNG, damaged, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(png), formats=["PNG"])
            if image.width * image.height > max_pixels:
                raise BadPicture(f"the picture has {image.width}x{image.height} pixels, more than {max_pixels}")
            image.load()
            return plain(image)
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture(f"the picture claims far more than {max_pixels} pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, zlib.error) as error:
        raise BadPicture(f"the picture cannot be decoded: {type(error).__name__}") from error


def plain(image: Image.Image) -> Image.Image:
    """An opened picture as RGB, or as RGBA where something shows through."""
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    layered = image if image.mode == "RGBA" else image.convert("RGBA")
    return layered.convert("RGB") if layered.getchannel("A").getextrema() == (255, 255) else layered
