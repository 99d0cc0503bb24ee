"""Colours of many pixels counted: at 4 bits a channel, and the most frequent one exactly."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image

RGB = tuple[int, int, int]

_MANY = 8192


def coarse_codes(colors: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """(n, 3) uint8 colours to (n,) codes of 4 bits a channel."""
    from janus_reward.color_kernels import coarse

    codes = np.empty(len(colors), np.uint16)
    coarse(colors, codes)
    return codes


def most_frequent(colors: NDArray[np.uint8], codes: NDArray[np.uint16] | None = None) -> tuple[RGB, float]:
    """Find the most frequent of (n, 3) uint8 colours (within the most frequent coarse colour) and its share."""
    from janus_reward.color_kernels import counted

    if not len(colors):
        return (255, 255, 255), 0.0
    if (told := _ruling(colors)) is not None:
        return told
    codes = coarse_codes(colors) if codes is None else codes
    winner = int(counted(codes).argmax())
    fine = counted(coarse_codes(colors[codes == winner] << np.uint8(4)))
    low = int(fine.argmax())
    red, green, blue = ((winner >> shift & 15) << 4 | (low >> shift & 15) for shift in (8, 4, 0))
    return (red, green, blue), float(fine[low]) / len(colors)


def _ruling(colors: NDArray[np.uint8]) -> tuple[RGB, float] | None:
    """The colour of more than half of many pixels, and its share: guessed from some of them, counted in all."""
    if len(colors) < _MANY:
        return None
    from janus_reward.color_kernels import equal

    guess, _ = most_frequent(colors[:: len(colors) // (_MANY // 2)])
    share = equal(colors, np.array(guess, np.uint8)) / len(colors)
    return (guess, share) if share > 0.5 else None


def mode(colors: NDArray[np.uint8]) -> RGB:
    """The most frequent of (n, 3) uint8 colours, n > 0; the darkest in red, green, blue of several."""
    from janus_reward.color_kernels import most

    size = 1 << len(colors).bit_length()
    top, _ = most(colors, np.full(size, -1, np.int32), np.zeros(size, np.int32))
    return top >> 16, top >> 8 & 255, top & 255


def four_bytes(image: Image.Image) -> NDArray[np.uint8]:
    """(h, w, 4) the pixels of an RGB image with a byte that says nothing; a look at its memory where that is in one."""
    try:
        pixels: NDArray[np.uint8] = pa.array(image).flatten().to_numpy()
    except (ValueError, TypeError, pa.ArrowException):
        return np.asarray(image.convert("RGBA"))
    return pixels.reshape(image.height, image.width, 4)
