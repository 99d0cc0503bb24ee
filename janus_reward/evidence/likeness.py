"""How alike two pictures are place by place, in colour, and how upright a picture's edges run.

Signals of the families `reference` and `aesthetics`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from janus_reward.evidence.aesthetics import survey_of
from janus_reward.evidence.gradient import upright_share
from janus_reward.evidence.raster import Raster, differs
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_SIDE = 256
_SAME = 12


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
    return upright_share(survey.luma) if survey else None
