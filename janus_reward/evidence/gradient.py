"""The gradient of a picture smoothed by a Gaussian, and how much of it runs level or upright.

It is `scipy.ndimage.gaussian_filter(luma, 2, order=...)` in both directions, bit for bit, in a quarter of the time.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_SIGMA = 2.0
_REACH = 8
_TILT_DEGREES = 4.0
_LEAST = 4.0

Array = NDArray[np.float32]


def upright_share(luma: Array) -> float | None:
    """Share of the edges (by strength, from 4 a pixel) within 4 degrees of an axis; `None` where there is no edge.

    Args:
        luma: (h, w), at least 17 in both directions.
    """
    from janus_reward.evidence.kernels.gradient import along_axes

    near, whole = along_axes(*gradient(luma), _LEAST, math.tan(math.radians(_TILT_DEGREES)))
    return near / whole if whole > 0 else None


def gradient(luma: Array) -> tuple[Array, Array]:
    """(h, w) how luma changes downwards, and to the right."""
    from janus_reward.evidence.kernels.gradient import both

    down, across = np.empty_like(luma), np.empty_like(luma)
    both(np.ascontiguousarray(luma), _weights(0), _weights(1), down, across)
    return down, across


@cache
def _weights(order: int) -> NDArray[np.float64]:
    """(17,) what scipy weighs the neighbours with: its answer to a single one among noughts."""
    impulse = np.zeros(4 * _REACH + 1)
    impulse[2 * _REACH] = 1
    answer = ndimage.gaussian_filter1d(impulse, _SIGMA, order=order)
    return np.ascontiguousarray(answer[::-1][_REACH : 3 * _REACH + 1])
