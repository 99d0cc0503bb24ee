"""Is there anything on a picture? Measured on its pixels, bounded in memory, for hostile PNG bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from janus_reward import colors
from janus_reward.picture_file import BadPicture, opened

__all__ = ["BLANK_INK_SHARE", "BadPicture", "ink_share", "open_png", "over_white"]

BLANK_INK_SHARE = 0.0005
"""A picture with a smaller share of pixels unlike its background has no content (150 pixels of 640x480)."""

_TOLERANCE = 12
_STRIP_ROWS = 64


def open_png(png: bytes, max_pixels: int) -> Image.Image:
    """Decode PNG bytes into an RGB image over white; raises BadPicture as `opened` does."""
    return over_white(opened(png, max_pixels))


def over_white(image: Image.Image) -> Image.Image:
    """An opened picture as RGB."""
    if image.mode == "RGB":
        return image
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    white.alpha_composite(image)
    return white.convert("RGB")


def ink_share(image: Image.Image) -> float:
    """Share of pixels (0-1) that differ from the most frequent colour by more than 12 of 255 in any channel."""
    pixels: NDArray[np.uint8] = np.asarray(image)
    tall, wide = image.height, image.width
    small = image if tall * wide <= 250_000 else image.resize((500, 500), Image.Resampling.NEAREST)
    background = np.array(colors.mode(np.asarray(small).reshape(-1, 3)))
    low, high = (np.tile((background + step).clip(0, 255).astype(np.uint8), wide) for step in (-_TOLERANCE, _TOLERANCE))
    rows = (pixels[top : top + _STRIP_ROWS].reshape(-1, 3 * wide) for top in range(0, tall, _STRIP_ROWS))
    differing: int = sum(_pixels_with((strip < low) | (strip > high)) for strip in rows)
    return differing / (tall * wide)


def _pixels_with(found: NDArray[np.bool_]) -> int:
    """How many pixels have some of their three channels among (h, 3 w) found ones; spoils what it is given."""
    found[:, :-2] |= found[:, 1:-1] | found[:, 2:]
    found &= np.arange(found.shape[1]) % 3 == 0
    return int(np.count_nonzero(found))
