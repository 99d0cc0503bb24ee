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
_SAMPLED = (500, 500)
_SAMPLE = 250_000


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
    from janus_reward.color_kernels import outside

    small = image if image.width * image.height <= _SAMPLE else image.resize(_SAMPLED, Image.Resampling.NEAREST)
    background = np.array(colors.mode(np.asarray(small).reshape(-1, 3)))
    low, high = (_row(background + step, image.width) for step in (-_TOLERANCE, _TOLERANCE))
    low[3::4], high[3::4] = 0, 255
    pixels = colors.four_bytes(image).reshape(image.height, 4 * image.width)
    return float(outside(pixels, low, high)) / (image.width * image.height)


def _row(color: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """(4 width,) a row of one colour, cut to what bytes hold."""
    return np.tile(np.append(color, 0).clip(0, 255).astype(np.uint8), width)
