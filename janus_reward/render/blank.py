"""Is there anything on a picture? Measured on its pixels, bounded in memory, for hostile PNG bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from janus_reward import colors
from janus_reward.picture_file import BadPicture, four_bytes, opened

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
    pixels, count = four_bytes(image), image.height * image.width
    small = image if count <= 250_000 else image.resize((500, 500), Image.Resampling.NEAREST)
    background = np.array(colors.mode(four_bytes(small)[..., :3].reshape(-1, 3)))
    low, high = (_row(background + step, image.width) for step in (-_TOLERANCE, _TOLERANCE))
    low[3::4], high[3::4] = 0, 255
    rows = (pixels[top : top + _STRIP_ROWS].reshape(-1, len(low)) for top in range(0, image.height, _STRIP_ROWS))
    return sum(int(np.count_nonzero(((row < low) | (row > high)).view(np.uint32))) for row in rows) / count


def _row(color: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """(4 width,) a row of one colour, cut to what bytes hold."""
    return np.tile(np.append(color, 0).clip(0, 255).astype(np.uint8), width)
