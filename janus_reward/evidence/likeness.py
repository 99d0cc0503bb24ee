"""How alike two pictures are place by place, in colour, and how upright a picture's edges run.

Signals of the families `reference` and `aesthetics`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from janus_reward.evidence.aesthetics import survey_of
from janus_reward.evidence.raster import Raster, differs
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_SIDE = 256
_SAME = 12
_TILT = 4.0
_LEAST_EDGE = 4.0
_MARGIN = 1e-4

Array = NDArray[np.float32]


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
    survey = view.once(survey_of)
    if survey is None:
        return None
    down, across = (ndimage.gaussian_filter(survey.luma, 2.0, order=order) for order in ((1, 0), (0, 1)))
    strength = _strength(down, across)
    whole = float(strength.sum())
    return float(strength[_upright(down, across)].sum() / whole) if whole > 0 else None


def _strength(down: Array, across: Array) -> Array:
    """Length of the gradient, 0 where it is below 4; a root is drawn only where it may not be."""
    found = np.zeros_like(down)
    at = np.flatnonzero(down * down + across * across > _LEAST_EDGE**2 * (1 - _MARGIN))
    length = np.hypot(down.ravel()[at], across.ravel()[at])
    length[length < _LEAST_EDGE] = 0
    found.ravel()[at] = length
    return found


def _upright(down: Array, across: Array) -> NDArray[np.bool_]:
    """Where the gradient is within 4 degrees of an axis; an angle is computed only where its tangent leaves doubt."""
    down, across = np.abs(down), np.abs(across)
    least, most = np.minimum(down, across), np.maximum(down, across) * np.float32(math.tan(math.radians(_TILT)))
    found: NDArray[np.bool_] = least <= most
    unsure = np.flatnonzero(np.abs(least - most) <= _MARGIN * most)
    angle = np.degrees(np.arctan2(down.ravel()[unsure], across.ravel()[unsure]))
    found.ravel()[unsure] = np.minimum(angle, 90 - angle) <= _TILT
    return found
