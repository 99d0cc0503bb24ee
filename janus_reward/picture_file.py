"""PNG bytes, which may lie, to an image: bounded before anything is decoded."""

from __future__ import annotations

import io
import warnings
import zlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
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
            return _plain(image)
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture(f"the picture claims far more than {max_pixels} pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, zlib.error) as error:
        raise BadPicture(f"the picture cannot be decoded: {type(error).__name__}") from error


def _plain(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    layered = image if image.mode == "RGBA" else image.convert("RGBA")
    return layered.convert("RGB") if layered.getchannel("A").getextrema() == (255, 255) else layered


def four_bytes(image: Image.Image) -> NDArray[np.uint8]:
    """(h, w, 4) the pixels of an RGB image with a byte that says nothing; a look at its memory where that is in one."""
    try:
        pixels: NDArray[np.uint8] = pa.array(image).flatten().to_numpy()
    except (ValueError, TypeError, pa.ArrowException):
        return np.asarray(image.convert("RGBA"))
    return pixels.reshape(image.height, image.width, 4)
