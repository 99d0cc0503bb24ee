"""How alike two pictures look: structural similarity at several scales, and perceptual hashes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from janus_reward.evidence.raster import Raster

_SIDE = 192
_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_SIGMA = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

Map = NDArray[np.float32]


def multi_scale_ssim(first: Raster, second: Raster) -> float:
    """MS-SSIM over five scales (Wang, Simoncelli and Bovik 2003) of the luma, both squeezed to 192 by 192; 0 to 1."""
    a, b = first.thumbnail(_SIDE), second.thumbnail(_SIDE)
    product = 1.0
    for scale, weight in enumerate(_WEIGHTS):
        luminance, structure = _ssim(a, b)
        last = scale == len(_WEIGHTS) - 1
        product *= max(0.0, luminance * structure if last else structure) ** weight
        a, b = _halved(a), _halved(b)
    return float(np.clip(product, 0, 1))


def _ssim(a: Map, b: Map) -> tuple[float, float]:
    """Mean of the luminance term and of the contrast and structure term, in Gaussian windows."""
    mean_a, mean_b = _smooth(a), _smooth(b)
    variance_a, variance_b = _smooth(a * a) - mean_a**2, _smooth(b * b) - mean_b**2
    covariance = _smooth(a * b) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + _C1) / (mean_a**2 + mean_b**2 + _C1)
    structure = (2 * covariance + _C2) / (variance_a + variance_b + _C2)
    return float(luminance.mean()), float(structure.mean())


def _smooth(values: Map) -> Map:
    smoothed: Map = ndimage.gaussian_filter(values, _SIGMA, truncate=3.0)
    return smoothed


def _halved(values: Map) -> Map:
    side = values.shape[0] // 2
    halved: Map = values.reshape(side, 2, side, 2).mean(axis=(1, 3), dtype=np.float32)
    return halved


def difference_hash(picture: Raster) -> NDArray[np.bool_]:
    """(72,) bool: whether each cell of a 9 by 9 grid is darker than its neighbour to the right (dHash)."""
    small = picture.thumbnail(9)
    found: NDArray[np.bool_] = (small[:, 1:] > small[:, :-1]).ravel()
    return found


def frequency_hash(picture: Raster) -> NDArray[np.bool_]:
    """(63,) bool: which of the lowest frequencies of a 32 by 32 luma lie above their median (pHash)."""
    low = fft.dctn(picture.thumbnail(32), norm="ortho")[:8, :8].ravel()[1:]
    found: NDArray[np.bool_] = low > np.median(low)
    return found
