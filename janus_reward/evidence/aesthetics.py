"""How the picture looks as a whole: photographs and text, clutter, colour, order; on at most 640 by 960 pixels."""

from __future__ import annotations

import math
from math import inf

import numpy as np

from janus_reward.evidence.signal import signal
from janus_reward.evidence.survey import RULE, Survey
from janus_reward.evidence.view import View

_SMALL_LINE = (3, 9)
_HEADLINE = (17, 60)


def survey_of(view: View) -> Survey | None:
    """The survey of the first still; `None` where nothing was drawn or it is smaller than two blocks."""
    if not view.drawn or view.still is None:
        return None
    pixels = view.still.survey
    return Survey(pixels) if min(pixels.shape[:2]) >= 32 else None


@signal("aesthetics.photo_share")
def photo_share(view: View) -> float | None:
    """Share of the picture's blocks that hold many colours of which none rules, as in a photograph."""
    survey = view.once(survey_of)
    return float(survey.photo.mean()) if survey else None


@signal("aesthetics.photo_largest")
def photo_largest(view: View) -> float | None:
    """Share of the picture that its largest connected photograph covers."""
    survey = view.once(survey_of)
    return survey.largest_photo if survey else None


@signal("aesthetics.photo_width")
def photo_width(view: View) -> float | None:
    """Share of the picture's width over which there is some photograph."""
    survey = view.once(survey_of)
    return float((survey.photo.mean(axis=0) > 0.1).mean()) if survey else None


@signal("aesthetics.text_share")
def text_share(view: View) -> float | None:
    """Share of the picture's blocks that look like text: strokes on one colour."""
    survey = view.once(survey_of)
    return float(survey.text.mean()) if survey else None


@signal("aesthetics.flat_share")
def flat_share(view: View) -> float | None:
    """Share of the picture's blocks with nothing in them (whitespace)."""
    survey = view.once(survey_of)
    return float(survey.flat.mean()) if survey else None


@signal("aesthetics.soft_edges")
def soft_edges(view: View) -> float | None:
    """Share of soft transitions among all transitions of luma: photographs and shades have them, text and lines not."""
    survey = view.once(survey_of)
    if survey is None:
        return None
    soft, hard = survey.steps
    return soft / (soft + hard) if soft + hard else None


@signal("aesthetics.color_entropy", unit="bits", high=12)
def color_entropy(view: View) -> float | None:
    """Entropy of the colours at 4 bits a channel (Rosenholtz et al. 2007 use such entropies for clutter)."""
    survey = view.once(survey_of)
    if survey is None:
        return None
    share = survey.color_counts[survey.color_counts > 0] / survey.codes.size
    return float(max(0.0, -(share * np.log2(share)).sum()))


@signal("aesthetics.luminance")
def luminance(view: View) -> float | None:
    """Mean luma, black 0 to white 1."""
    survey = view.once(survey_of)
    return float(survey.luma.mean() / 255) if survey else None


@signal("aesthetics.saturation")
def saturation(view: View) -> float | None:
    """Mean saturation (Datta et al. 2006)."""
    survey = view.once(survey_of)
    return survey.warmth[0] if survey else None


@signal("aesthetics.warm_share")
def warm_share(view: View) -> float | None:
    """Share of the pixels in saturated red to orange."""
    survey = view.once(survey_of)
    return survey.warmth[1] if survey else None


@signal("aesthetics.symmetry")
def symmetry(view: View) -> float | None:
    """1 when the left half mirrors the right one in luma, 0 when they are opposite (Ngo et al. 2003)."""
    survey = view.once(survey_of)
    return 1 - survey.asymmetry / 255 if survey else None


@signal("aesthetics.headlines", unit="count", high=inf)
def headlines(view: View) -> float | None:
    """Lines of large text, seen in the pixels (17 to 60 of at most 960 rows high)."""
    survey = view.once(survey_of)
    return float(_lines(survey, _HEADLINE)) if survey else None


@signal("aesthetics.small_lines", unit="count", high=inf)
def small_lines(view: View) -> float | None:
    """Lines of small text, seen in the pixels (3 to 9 of at most 960 rows high)."""
    survey = view.once(survey_of)
    return float(_lines(survey, _SMALL_LINE)) if survey else None


@signal("aesthetics.rules")
def rules(view: View) -> float | None:
    """Share of the pixels on straight horizontal edges of 80 pixels or more: boxes, tables and ruled lines."""
    survey = view.once(survey_of)
    if survey is None or survey.width < RULE:
        return None
    places: int = (survey.height - 1) * (survey.width - RULE + 1)
    return survey.ruled / places


@signal("aesthetics.quadtree_leaves", unit="log count", high=20)
def quadtree_leaves(view: View) -> float | None:
    """Logarithm of the leaves of a quadtree split by unevenness: visual complexity (Reinecke et al. 2013)."""
    survey = view.once(survey_of)
    return math.log(survey.leaves) if survey else None


@signal("aesthetics.fine_detail", unit="log ratio", low=-40, high=40)
def fine_detail(view: View) -> float | None:
    """Logarithm of the power of fine over that of coarse structure in the spectrum: low for smooth, high for noisy."""
    survey = view.once(survey_of)
    return survey.spectrum_fall if survey else None


@signal("aesthetics.sharpness", unit="log variance", high=16)
def sharpness(view: View) -> float | None:
    """Logarithm of 1 plus the variance of the Laplacian (Pech-Pacheco et al. 2000): low for a blurred picture."""
    survey = view.once(survey_of)
    return math.log1p(survey.laplacian_variance) if survey else None


def _lines(survey: Survey, heights: tuple[int, int]) -> int:
    low, high = heights
    return int(((survey.line_heights >= low) & (survey.line_heights <= high)).sum())
