"""How alike two pictures look, without a model: structure at several scales, and pixels."""

from __future__ import annotations

import numpy as np
from PIL import Image

from janus_reward.evidence.perceptual import multi_scale_ssim
from janus_reward.evidence.raster import Raster, decode

_SIDE = 256


def structure(png: bytes, reference: bytes) -> float | None:
    """MS-SSIM of the luma, 0 to 1 (Wang, Simoncelli and Bovik 2003), both squeezed to 192 by 192.

    Returns: `None` when one of the pictures cannot be read.
    """
    first, second = decode(png), decode(reference)
    return multi_scale_ssim(first, second) if first and second else None


def pixels(png: bytes, reference: bytes) -> float | None:
    """1 minus the root mean square difference of the channels by 255, both at 256 by 256; 0 to 1.

    Source: the mean square error that SVG benchmarks report (SVGenius, UniSVG; 2025), turned so that more is better.
    """
    first, second = decode(png), decode(reference)
    if not first or not second:
        return None
    return 1 - float(np.sqrt(np.mean((_small(first) - _small(second)) ** 2)))


def _small(picture: Raster) -> np.ndarray:
    """(256, 256, 3) float64, 0 to 1."""
    small = Image.fromarray(picture.pixels).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64) / 255
