"""Is there anything on a picture? Measured on its pixels, bounded in memory, for hostile PNG bytes."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image

BLANK_INK_SHARE = 0.0005
"""A picture with a smaller share of pixels unlike its background has no content (150 pixels of 640x480)."""

_TOLERANCE = 12
_STRIP_ROWS = 512


class BadPicture(ValueError):
    """The bytes are no PNG, lie about their size, or are larger than allowed."""


def open_png(png: bytes, max_pixels: int) -> Image.Image:
    """Decode PNG bytes into an RGB image over white.

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
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture(f"the picture claims far more than {max_pixels} pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise BadPicture(f"the picture cannot be decoded: {type(error).__name__}") from error
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        image.alpha_composite(layer)
    return image.convert("RGB")


def ink_share(image: Image.Image) -> float:
    """Share of pixels (0-1) that differ from the most frequent colour by more than 12 of 255 in any channel."""
    pixels = np.asarray(image)
    background = _background(image)
    differing = 0
    for top in range(0, pixels.shape[0], _STRIP_ROWS):
        differing += int(np.count_nonzero(_unlike(pixels[top : top + _STRIP_ROWS], background)))
    return differing / int(pixels.shape[0] * pixels.shape[1])


def _unlike(strip: np.ndarray, background: np.ndarray) -> np.ndarray:
    """(h, w) bool: where some channel is further than the tolerance from the background; in bytes, which is fastest."""
    found = np.zeros(strip.shape[:2], dtype=bool)
    for channel, value in enumerate(background.tolist()):
        if value + _TOLERANCE < 255:
            found |= strip[..., channel] > value + _TOLERANCE
        if value - _TOLERANCE > 0:
            found |= strip[..., channel] < value - _TOLERANCE
    return found


def _background(image: Image.Image) -> np.ndarray:
    small = image if image.width * image.height <= 250_000 else image.resize((500, 500), Image.Resampling.NEAREST)
    pixels = np.asarray(small).reshape(-1, 3)
    packed = (pixels[:, 0].astype(np.uint32) << 16) | (pixels[:, 1].astype(np.uint32) << 8) | pixels[:, 2]
    values, counts = np.unique(packed, return_counts=True)
    top = int(values[counts.argmax()])
    return np.array([top >> 16, (top >> 8) & 255, top & 255], dtype=np.int16)
