"""Is there anything on a picture? Measured on its pixels, bounded in memory, for hostile PNG bytes."""

from __future__ import annotations

import numpy as np
from PIL import Image

from janus_reward import colors
from janus_reward.picture_file import BadPicture, opened

__all__ = ["BLANK_INK_SHARE", "BadPicture", "ink_share", "open_png", "over_white"]

BLANK_INK_SHARE = 0.0005
"""A picture with a smaller share of pixels unlike its background has no content (150 pixels of 640x480)."""

_TOLERANCE = 12
_STRIP_ROWS = 512


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
    pixels = np.asarray(image)
    small = image if image.width * image.height <= 250_000 else image.resize((500, 500), Image.Resampling.NEAREST)
    background = colors.mode(np.asarray(small).reshape(-1, 3))
    differing = 0
    for top in range(0, pixels.shape[0], _STRIP_ROWS):
        differing += int(np.count_nonzero(_unlike(pixels[top : top + _STRIP_ROWS], background)))
    return differing / int(pixels.shape[0] * pixels.shape[1])


def _unlike(strip: np.ndarray, background: colors.RGB) -> np.ndarray:
    """(h, w) bool: where some channel is further than the tolerance from the background; in bytes, which is fastest."""
    found = np.zeros(strip.shape[:2], dtype=bool)
    for channel, value in enumerate(background):
        if value + _TOLERANCE < 255:
            found |= strip[..., channel] > value + _TOLERANCE
        if value - _TOLERANCE > 0:
            found |= strip[..., channel] < value - _TOLERANCE
    return found
