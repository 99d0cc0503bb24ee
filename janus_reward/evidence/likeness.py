"""How alike two pictures are place by place, in colour, and how upright a picture's edges run.

Signals of the families `reference` and `aesthetics`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from janus_reward.evidence.raster import Raster, differs
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_SIDE = 256
_SAME = 12
_TILT = 4.0
_LEAST_EDGE = 4.0
_SMALLEST = 32


def _squeezed(picture: Raster) -> NDArray[np.uint8]:
    """(256, 256, 3) the picture averaged into a square."""
    image = Image.fromarray(picture.survey).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(image)


def _pair(view: View) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    if view.still is None or view.reference is None:
        return None
    return _squeezed(view.still), _squeezed(view.reference)


@signal("reference.cell_match")
def cell_match(view: View) -> float | None:
    """Share of 256 by 256 cells whose mean colour is that of the reference (no channel more than 12 of 255 away)."""
    pair = view.once(_pair)
    return float(1 - differs(*pair, _SAME).mean()) if pair else None


@signal("reference.cell_distance")
def cell_distance(view: View) -> float | None:
    """Mean distance of the 256 by 256 cells' colours from the reference's, as a share of black to white."""
    pair = view.once(_pair)
    return float(np.abs(pair[0].astype(np.int16) - pair[1].astype(np.int16)).mean() / 255) if pair else None


@signal("aesthetics.upright_edges")
def upright_edges(view: View) -> float | None:
    """Share of the coarse edges (by strength) that run level or upright, within 4 degrees: order of a layout."""
    if not view.drawn or view.still is None or min(view.still.survey.shape[:2]) < _SMALLEST:
        return None
    luma = view.still.survey.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    down, across = (ndimage.gaussian_filter(luma, 2.0, order=order) for order in ((1, 0), (0, 1)))
    strength = np.hypot(down, across)
    strength[strength < _LEAST_EDGE] = 0
    whole = float(strength.sum())
    if whole <= 0:
        return None
    angle = np.degrees(np.arctan2(np.abs(down), np.abs(across)))
    level = np.minimum(angle, 90 - angle) <= _TILT
    return float(strength[level].sum() / whole)
