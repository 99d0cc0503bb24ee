"""A picture looked at as a whole: blocks of photograph, text and nothing; lines of text; detail and order."""

from __future__ import annotations

import math
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from janus_reward.colors import coarse_codes
from janus_reward.evidence import quadtree

_BLOCK = 16
_PHOTO_COLORS = 16
_PHOTO_MODE = 0.6
_TEXT_MODE = 0.45
_TEXT_SPREAD = 20.0
_FLAT_SPREAD = 1.5
RULE = 80
"""Pixels from which on a straight horizontal edge is a rule."""

_STROKE, _WINDOW, _STROKES, _GAP = 50.0, 25, 4, 15
_RULE_GAPS = 2
_RULE_STEP = 12.0
_COARSE, _FINE = (0.02, 0.03), (0.3, 0.45)

Array = NDArray[np.float32]


class Survey:
    """Analyses of one picture at survey size; each is made once.

    Args:
        pixels: (h, w, 3) uint8, at least one block of 16 pixels in both directions.
    """

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self.pixels = pixels
        self.height, self.width = pixels.shape[:2]

    @cached_property
    def luma(self) -> Array:
        """(h, w) luma in 0-255."""
        weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
        return np.asarray(self.pixels.astype(np.float32) @ weights)

    @cached_property
    def codes(self) -> NDArray[np.uint16]:
        """(h, w) colour at 4 bits a channel."""
        return coarse_codes(self.pixels.reshape(-1, 3)).reshape(self.height, self.width)

    @cached_property
    def color_counts(self) -> NDArray[np.int64]:
        """(4096,) pixels of each code."""
        from janus_reward.color_kernels import counted

        return np.asarray(counted(self.codes.reshape(-1)))

    @cached_property
    def _blocks(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """(rows, columns) each: distinct colours of a block, share of its most frequent one, deviation of its luma."""
        from janus_reward.evidence.kernels.survey import blocks

        shape = self.height // _BLOCK, self.width // _BLOCK
        distinct, most, spread = np.empty(shape, np.int64), np.empty(shape, np.int64), np.empty(shape)
        blocks(self.codes, self.luma, distinct, most, spread)
        return distinct, most / _BLOCK**2, spread

    @property
    def spread(self) -> NDArray[np.float64]:
        """(rows, columns) standard deviation of luma in each block."""
        return self._blocks[2]

    @cached_property
    def photo(self) -> NDArray[np.bool_]:
        """(rows, columns): blocks of many colours of which none rules, as in a photograph."""
        distinct, mode, _ = self._blocks
        return np.asarray((distinct > _PHOTO_COLORS) & (mode < _PHOTO_MODE))

    @cached_property
    def text(self) -> NDArray[np.bool_]:
        """(rows, columns): blocks of one colour with strong strokes on it, as text is."""
        _, mode, _ = self._blocks
        return np.asarray((mode >= _TEXT_MODE) & (self.spread > _TEXT_SPREAD))

    @property
    def flat(self) -> NDArray[np.bool_]:
        """(rows, columns): blocks with nothing in them."""
        return np.asarray(self.spread < _FLAT_SPREAD)

    @cached_property
    def largest_photo(self) -> float:
        """Share of the picture that its largest connected photograph covers."""
        if not self.photo.any():
            return 0.0
        labels, count = ndimage.label(ndimage.binary_closing(self.photo))
        sizes = np.bincount(labels.ravel())[1:] if count else np.zeros(1)
        return float(min(1.0, sizes.max() / self.photo.size))

    @cached_property
    def warmth(self) -> tuple[float, float]:
        """Mean saturation, 0-1, and share of the pixels in saturated red to orange."""
        from janus_reward.color_kernels import warmth

        saturation, warm = warmth(self.pixels.reshape(-1, 3))
        return saturation / 255 / self.codes.size, warm / self.codes.size

    @cached_property
    def steps(self) -> tuple[float, float]:
        """Shares of the steps of luma to the next pixel on the right that are soft, and that are hard."""
        from janus_reward.evidence.kernels.survey import steps

        soft, hard = steps(self.luma)
        count = self.height * (self.width - 1)
        return soft / count, hard / count

    @cached_property
    def line_heights(self) -> NDArray[np.int64]:
        """(n,) heights in pixels of what looks like lines of text: runs of strokes wider than 20 pixels."""
        from janus_reward.evidence.kernels.survey import worded

        words = np.empty((self.height, self.width - 1), np.bool_)
        worded(self.luma, _STROKE, _WINDOW, _STROKES, _GAP, words)
        rows = np.flatnonzero(words.any(axis=1))
        if not len(rows):
            return np.array([], dtype=np.int64)
        labels, _ = ndimage.label(_apart(words[rows], rows))
        found = ndimage.find_objects(labels)
        tall = [(down.stop - down.start, across.stop - across.start) for down, across in found]
        return np.array([height for height, width in tall if width > 20], dtype=np.int64)

    @property
    def asymmetry(self) -> float:
        """Mean distance of luma from itself mirrored left to right, 0-255."""
        from janus_reward.evidence.kernels.survey import mirrored

        return float(mirrored(self.luma))

    @property
    def laplacian_variance(self) -> float:
        """Variance of the Laplacian of luma."""
        from janus_reward.evidence.kernels.survey import laplacian_variance

        return float(laplacian_variance(self.luma))

    @property
    def ruled(self) -> int:
        """Places from which a horizontal edge runs on for `RULE` pixels, but for two at most."""
        from janus_reward.evidence.kernels.survey import ruled

        return int(ruled(self.luma, _RULE_STEP, RULE, RULE - _RULE_GAPS))

    @cached_property
    def leaves(self) -> int:
        """Leaves of a quadtree that splits while a part is uneven (Zheng et al. 2009; Reinecke et al. 2013)."""
        return quadtree.leaves(self.luma)

    @cached_property
    def spectrum_fall(self) -> float:
        """Natural logarithm of the power at the finest scale over that at a coarse one; 0 for an empty picture."""
        height, width = fft.prev_fast_len(self.height, real=True), fft.prev_fast_len(self.width, real=True)
        part = self.luma[:height, :width]
        spectrum = fft.rfft2(part - part.mean())
        coarse, fine = (np.abs(spectrum[ring]) ** 2 for ring in _rings(height, width))
        if not len(coarse) or not len(fine):
            return 0.0
        return math.log((fine.mean() + 1) / (coarse.mean() + 1))


@lru_cache(maxsize=16)
def _rings(height: int, width: int) -> tuple[NDArray[np.bool_], ...]:
    """(height, width // 2 + 1) where a half spectrum holds the coarse frequencies, and where the fine ones."""
    radius = np.hypot(fft.fftfreq(height)[:, None], fft.rfftfreq(width)[None, :])
    return tuple((radius >= low) & (radius < high) for low, high in (_COARSE, _FINE))


def _apart(found: NDArray[np.bool_], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Some rows of a picture, (n, w) with n > 0, with an empty one between any two that are not neighbours in it."""
    places = np.arange(len(rows)) + np.cumsum(np.diff(rows, prepend=rows[:1]) > 1)
    spread = np.zeros((int(places[-1]) + 1, found.shape[1]), dtype=np.bool_)
    spread[places] = found
    return spread
