"""Notes which plotting functions drew on an axes, where the drawn shapes alone would not tell."""

from __future__ import annotations

import functools
import importlib
import sys
import weakref
from typing import Any

from matplotlib.axes import Axes
from mpl_toolkits.mplot3d import Axes3D

AXES_CALLS = {
    "hist": "histogram",
    "hist2d": "heatmap",
    "hexbin": "heatmap",
    "bxp": "box",
    "violin": "violin",
    "stackplot": "area",
    "streamplot": "quiver",
    "pie": "pie",
    "errorbar": "errorbar",
    "stem": "stem",
    "eventplot": "eventplot",
    "step": "line",
    "plot": "line",
    "bar": "bar",
    "scatter": "scatter",
}
"""Method of `Axes` to the chart type it draws; calls made inside another plotting call do not count."""

_OUTER_FIRST = frozenset({"hist", "hist2d", "hexbin", "bxp", "violin", "stackplot", "streamplot", "pie", "errorbar", "stem"})


class PlotCalls:
    """Which chart types were asked for on each axes, outermost call only."""
