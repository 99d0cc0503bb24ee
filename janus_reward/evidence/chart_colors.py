"""The colours of a chart's series, and how far apart they are, also for people who see fewer. Family `chart`."""

from __future__ import annotations

from itertools import combinations
from math import inf

import numpy as np
from numpy.typing import NDArray

from janus_reward.colors import RGB
from janus_reward.evidence import palette
from janus_reward.evidence.plots import Plot, Series, plots
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

MAX_COLORS = 24
_LEAST_MARKERS, _SLACK = 2, 2e-3

DEFICIENCIES: dict[str, NDArray[np.float64]] = {
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""Matrices over linear RGB at full severity (Machado, Oliveira & Fernandes 2009, A Physiologically-based Model for
Simulation of Color Vision Deficiency, table 1)."""


def seen_with(color: RGB, deficiency: str) -> RGB:
    """A colour as someone with a deficiency sees it.

    Args:
        color: sRGB, 0-255.
        deficiency: a key of `DEFICIENCIES`.
    """
    channels = np.array(color, dtype=np.float64) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    moved = (DEFICIENCIES[deficiency] @ linear).clip(0, 1)
    back = np.where(moved <= 0.0031308, moved * 12.92, 1.055 * moved ** (1 / 2.4) - 0.055)
    red, green, blue = (int(value) for value in (back * 255).round())
    return red, green, blue


def series_colors(plot: Plot) -> tuple[RGB, ...]:
    """The different colours that tell the series (or slices) of a plotting area apart, at most 24.

    Markers on a line belong to it: they are no series of their own, whatever their colour.
    """
    found: dict[RGB, None] = {}
    lines = [series for series in plot.told if series.kind == "line"]
    for series in plot.told:
        if series.color is not None and series.kind != "arc" and not any(_on(series, line) for line in lines):
            found.setdefault(series.color)
    for mark in plot.of("arc"):
        if mark.color is not None:
            found.setdefault(mark.color)
    return tuple(found)[:MAX_COLORS]


def _on(points: Series, line: Series) -> bool:
    """Whether points lie on the corners of a line, as far as both are told; a smooth line has corners in between."""
    reach = max(line.x, default=-inf)
    told = [point for point in zip(points.x, points.y, strict=False) if point[0] <= reach]
    if points.kind != "point" or len(told) < _LEAST_MARKERS:
        return False
    slack = [_SLACK * (max(values) - min(values)) for values in (line.x, line.y)]
    corners = list(zip(line.x, line.y, strict=False))
    return all(any(abs(x - a) <= slack[0] and abs(y - b) <= slack[1] for a, b in corners) for x, y in told)


@signal("chart.colors", unit="count", high=MAX_COLORS)
def colors(view: View) -> float | None:
    """Most colours that tell series or slices of one plotting area apart (24 stands for more)."""
    return max((len(series_colors(plot)) for plot in view.once(plots) if plot.told), default=None)


@signal("chart.color_distance", unit="CIE76", high=400)
def color_distance(view: View) -> float | None:
    """Smallest difference between two colours of one plotting area's series; none with fewer than two."""
    return min((_nearest(series_colors(plot)) for plot in view.once(plots) if _several(plot)), default=None)


@signal("chart.color_distance_deficient", unit="CIE76", high=400)
def color_distance_deficient(view: View) -> float | None:
    """The same, for the worst of protanopia, deuteranopia and tritanopia (simulated after Machado et al. 2009)."""
    worst = [
        _nearest(tuple(seen_with(color, name) for color in series_colors(plot)))
        for plot in view.once(plots)
        if _several(plot)
        for name in DEFICIENCIES
    ]
    return min(worst, default=None)


def _several(plot: Plot) -> bool:
    return len(series_colors(plot)) > 1


def _nearest(found: tuple[RGB, ...]) -> float:
    labs = [palette.lab(color) for color in found]
    return min(float(np.linalg.norm(np.subtract(first, second))) for first, second in combinations(labs, 2))


@signal("chart.mark_contrast", unit="ratio", low=1, high=21)
def mark_contrast(view: View) -> float | None:
    """Smallest WCAG contrast between a series' colour and the picture's background (3 is asked of graphics, 1.4.11)."""
    if view.still is None:
        return None
    ground = view.still.background
    found = [palette.contrast_ratio(color, ground) for plot in view.once(plots) for color in series_colors(plot)]
    return min(found, default=None)
