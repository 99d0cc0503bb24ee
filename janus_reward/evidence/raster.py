"""A picture as numbers: PNG bytes decoded with bounds, sampled to a bounded size."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from janus_reward.colors import RGB, coarse_codes, most_frequent
from janus_reward.evidence.shrunk import shrunk
from janus_reward.picture_file import BadPicture, opened

_PIXEL_LIMIT = 40_000_000
_SAMPLE = 200_000
_INK_DISTANCE = 24
_EDGE = 32.0
_SURVEY = (640, 960)


class Raster:
    """A decoded picture.

    Args:
        pixels: (h, w, 3) uint8, sampled at every `step`-th pixel of the original in both directions.
        width, height: pixels of the original.
        step: distance between two samples, in original pixels.
        original: the whole picture (RGB or RGBA), for what sampling would destroy; `None` when only samples are known.
    """

    def __init__(
        self,
        pixels: NDArray[np.uint8],
        width: int,
        height: int,
        step: int,
        original: Image.Image | None = None,
    ) -> None:
        self.pixels = pixels
        self.width = width
        self.height = height
        self.step = step
        self._original = original

    @cached_property
    def survey(self) -> NDArray[np.uint8]:
        """(h, w, 3) uint8: the picture averaged down to at most 640 pixels of width and 960 of height, on white."""
        image = self._original if self._original is not None else Image.fromarray(self.pixels)
        scale = min(1.0, _SURVEY[0] / image.width, _SURVEY[1] / image.height)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        small = image if size == image.size else shrunk(image, size)
        return small if isinstance(small, np.ndarray) else _on_white(small)

    @cached_property
    def background(self) -> RGB:
        """The most frequent colour."""
        return self._mode[0]

    @property
    def background_share(self) -> float:
        """Share of the pixels that have exactly the most frequent colour."""
        return self._mode[1]

    @cached_property
    def _mode(self) -> tuple[RGB, float]:
        return most_frequent(self.pixels.reshape(-1, 3), self._codes)

    @cached_property
    def ink(self) -> NDArray[np.bool_]:
        """(h, w) bool: where the picture is unlike its background."""
        return differs(self.pixels, self.background, _INK_DISTANCE)

    @cached_property
    def luminance(self) -> NDArray[np.float32]:
        """(h, w) float32 luma in 0-255 (ITU-R BT.601 weights)."""
        weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
        luma: NDArray[np.float32] = self.pixels.astype(np.float32) @ weights
        return luma

    @cached_property
    def edges(self) -> NDArray[np.bool_]:
        """(h - 1, w - 1) bool: where luma changes by more than 32 to the right or downwards."""
        from janus_reward.evidence.kernels.survey import edges

        found = np.empty((len(self.pixels) - 1, self.pixels.shape[1] - 1), np.bool_)
        edges(self.luminance, _EDGE, found)
        return found

    @cached_property
    def palette(self) -> tuple[tuple[RGB, float], ...]:
        """Colours at 4 bits a channel that cover more than 0.05 % of the picture, with their share, largest first."""
        share = self.histogram
        seen = np.flatnonzero(share > 0.0005)
        order = seen[np.argsort(-share[seen], kind="stable")].tolist()
        return tuple((_coarse_rgb(code), float(share[code])) for code in order)

    @cached_property
    def histogram(self) -> NDArray[np.float64]:
        """(4096,) share of each colour at 4 bits a channel."""
        from janus_reward.color_kernels import counted

        return np.asarray(counted(self._codes) / max(1, self._codes.size))

    @cached_property
    def _codes(self) -> NDArray[np.uint16]:
        return coarse_codes(self.pixels.reshape(-1, 3))

    def thumbnail(self, size: int) -> NDArray[np.float32]:
        """(size, size) float32 luma of the whole picture squeezed into a square."""
        small = Image.fromarray(self.luminance.astype(np.uint8)).resize((size, size), Image.Resampling.BOX)
        return np.asarray(small, dtype=np.float32)

    def crop(self, box: tuple[float, float, float, float]) -> NDArray[np.uint8]:
        """(h, w, 3) uint8 samples inside a box of original pixels (x0, y0, x1, y1); may be empty."""
        x0, y0, x1, y1 = (max(0, int(value // self.step)) for value in box)
        return self.pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]


def decode(png: bytes, image: Image.Image | None = None) -> Raster | None:
    """Decode PNG bytes; `None` when they are no PNG, damaged, or larger than 40 megapixels.

    Args:
        png: the bytes.
        image: what they hold, where that has been opened before.
    """
    try:
        image = image or opened(png, _PIXEL_LIMIT)
    except BadPicture:
        return None
    width, height = image.size
    if width * height > _PIXEL_LIMIT:
        return None
    step = max(1, math.ceil(math.sqrt(width * height / _SAMPLE)))
    size = (max(1, width // step), max(1, height // step))
    sampled = image if step == 1 else image.resize(size, Image.Resampling.NEAREST)
    return Raster(_on_white(sampled), width, height, step, image)


def _on_white(image: Image.Image) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = np.asarray(image)
    if image.mode == "RGB":
        return pixels
    layers = pixels.astype(np.uint16)
    alpha = layers[..., 3:]
    return ((layers[..., :3] * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)


def differs(pixels: NDArray[np.uint8], other: NDArray[np.uint8] | RGB, by: int) -> NDArray[np.bool_]:
    """(h, w) bool: where some channel of (h, w, 3) pixels is more than `by` away from another picture or one colour."""
    found = np.zeros(pixels.shape[:2], dtype=np.bool_)
    for channel in range(3):
        mine = pixels[..., channel].astype(np.int16)
        yours = other[channel] if isinstance(other, tuple) else other[..., channel].astype(np.int16)
        found |= np.abs(mine - yours) > by
    return found


def _coarse_rgb(code: int) -> RGB:
    return (code >> 8 & 15) * 17, (code >> 4 & 15) * 17, (code & 15) * 17
