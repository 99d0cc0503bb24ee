"""The properties of matplotlib's artists that decide how they look, each with the function that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib import colors as mpl_colors
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection
from matplotlib.figure import FigureBase
from matplotlib.image import _ImageBase
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch
from matplotlib.spines import Spine
from matplotlib.text import Text

MAX_VALUES = 10_000

Read = Callable[[Any], Any]
"""Gives a number, a word, an array, or `None` for what is usual or not there."""


def _color(value: Any) -> Any:
    """Colours as `#rrggbbaa`, one for all where they are the same."""
    if value is None or (isinstance(value, str) and value == "none"):
        return value
    shades = [
        mpl_colors.to_hex(shade, keep_alpha=True)
        for shade in mpl_colors.to_rgba_array(
            value[:MAX_VALUES] if isinstance(value, np.ndarray) and value.ndim > 1 else value
        )
    ]
    return shades[0] if len(set(shades)) == 1 else shades or None


def _path(patch: Patch) -> Any:
    """Outline of a patch; not of spines and frames, whose place follows from something else."""
    if isinstance(patch, (Spine, FancyBboxPatch)):
        return None
    return patch.get_patch_transform().transform(np.asarray(patch.get_path().vertices)[:MAX_VALUES])


def _paths(collection: Collection) -> Any:
    return np.concatenate([np.asarray(path.vertices)[:200] for path in collection.get_paths()[:500]])


def _data(line: Line2D) -> Any:
    return np.asarray(line.get_xydata())[:MAX_VALUES]


def _box(text: Text) -> Any:
    patch = text.get_bbox_patch()
    return patch and f"{_color(patch.get_facecolor())} {_color(patch.get_edgecolor())} {patch.get_boxstyle()!s:.20}"


def _free_place(text: Text) -> Any:
    """Where a text was put, in the units of its own transform, for texts whose place nothing else decides."""
    own = text.axes.texts if text.axes is not None else getattr(text.figure, "texts", [])
    return np.asarray(text.get_position(), dtype=float) if any(other is text for other in own) else None


def _ticks(axis: Axis) -> Any:
    return np.asarray(axis.get_majorticklocs())


def _tick_words(axis: Axis) -> Any:
    return [tick.label1.get_text() or tick.label2.get_text() for tick in axis.majorTicks[:200]]


def _tick(read: Read) -> Read:
    return lambda axis: read(axis.majorTicks[0]) if axis.majorTicks else None


def _grid(axis: Axis) -> Any:
    line = axis.majorTicks[0].gridline if axis.majorTicks else None
    if line is None or not line.get_visible():
        return None
    return f"{_color(line.get_color())} {line.get_linewidth():.6g} {line.get_linestyle()} {line.get_alpha()}"


def _unless(read: Read, usual: Any) -> Read:
    """Tell a property only where it is not the usual one."""

    def told(artist: Any) -> Any:
        value = read(artist)
        return None if value == usual else value

    return told


_ANY: Mapping[str, Read] = {
    "visible": _unless(lambda a: a.get_visible(), True),
    "alpha": lambda a: a.get_alpha(),
    "zorder": lambda a: a.get_zorder(),
    "clip_on": _unless(lambda a: a.get_clip_on(), True),
}
_FIGURE: Mapping[str, Read] = {"size": lambda f: f.get_size_inches(), "dpi": lambda f: float(f.dpi)}
_AXES: Mapping[str, Read] = {
    "position": lambda a: np.round(a.get_position(original=True).bounds, 3),
    "aspect": lambda a: a.get_aspect(),
    "frame_on": _unless(lambda a: a.get_frame_on(), True),
    "axis_on": _unless(lambda a: a.axison, True),
    "view": lambda a: [a.elev, a.azim, a.roll],
    "projection": lambda a: a.name,
}
_AXIS: Mapping[str, Read] = {
    "limits": lambda a: np.asarray(a.get_view_interval(), dtype=float),
    "scale": _unless(lambda a: a.get_scale(), "linear"),
    "inverted": _unless(lambda a: bool(a.get_inverted()), False),
    "ticks": _ticks,
    "tick_labels": _tick_words,
    "tick_label_size": _tick(lambda t: float(t.label1.get_fontsize())),
    "tick_label_color": _tick(lambda t: _color(t.label1.get_color())),
    "tick_label_rotation": _tick(lambda t: float(t.label1.get_rotation())),
    "tick_label_weight": _tick(lambda t: t.label1.get_fontweight()),
    "tick_label_family": _tick(lambda t: t.label1.get_fontfamily()),
    "tick_label_visible": _unless(_tick(lambda t: t.label1.get_visible()), True),
    "tick_size": _tick(lambda t: float(t.tick1line.get_markersize())),
    "tick_width": _tick(lambda t: float(t.tick1line.get_markeredgewidth())),
    "tick_color": _tick(lambda t: _color(t.tick1line.get_color())),
    "tick_visible": _unless(_tick(lambda t: t.tick1line.get_visible()), True),
    "tick_marker": _tick(lambda t: t.tick1line.get_marker()),
    "minor_ticks": lambda a: np.asarray(a.get_minorticklocs()) if len(a.minorTicks) else None,
    "position": lambda a: a.get_label_position(),
    "grid": _grid,
}
_LINE: Mapping[str, Read] = {
    "color": lambda a: _color(a.get_color()),
    "linewidth": lambda a: float(a.get_linewidth()),
    "linestyle": lambda a: a.get_linestyle(),
    "dashes": lambda a: str(a._dash_pattern)[:80] if a.is_dashed() else None,
    "marker": lambda a: a.get_marker(),
    "markersize": lambda a: float(a.get_markersize()),
    "markerfacecolor": lambda a: _color(a.get_markerfacecolor()),
    "markeredgecolor": lambda a: _color(a.get_markeredgecolor()),
    "markeredgewidth": lambda a: float(a.get_markeredgewidth()),
    "markevery": lambda a: a.get_markevery(),
    "drawstyle": _unless(lambda a: a.get_drawstyle(), "default"),
    "data": _data,
}
_PATCH: Mapping[str, Read] = {
    "facecolor": lambda a: _color(a.get_facecolor()),
    "edgecolor": lambda a: _color(a.get_edgecolor()),
    "linewidth": lambda a: float(a.get_linewidth()),
    "linestyle": _unless(lambda a: a.get_linestyle(), "solid"),
    "hatch": lambda a: a.get_hatch(),
    "fill": _unless(lambda a: a.get_fill(), True),
    "data": _path,
}
_COLLECTION: Mapping[str, Read] = {
    "facecolor": lambda a: _color(a.get_facecolor()),
    "edgecolor": lambda a: _color(a.get_edgecolor()),
    "linewidth": lambda a: a.get_linewidth(),
    "linestyle": lambda a: ", ".join(f"{at:.6g} {on}" for at, on in a.get_linestyle()[:20]),
    "hatch": lambda a: a.get_hatch(),
    "sizes": lambda a: a.get_sizes(),
    "cmap": lambda a: a.get_cmap().name if a.get_array() is not None else None,
    "clim": lambda a: list(a.get_clim()) if a.get_array() is not None else None,
    "array": lambda a: a.get_array(),
    "offsets": lambda a: np.asarray(a.get_offsets())[:MAX_VALUES],
    "paths": _paths,
}
_IMAGE: Mapping[str, Read] = {
    "cmap": lambda a: a.get_cmap().name,
    "clim": lambda a: list(a.get_clim()),
    "array": lambda a: a.get_array().ravel()[:MAX_VALUES],
    "shape": lambda a: list(a.get_array().shape),
    "interpolation": lambda a: a.get_interpolation(),
    "extent": lambda a: list(a.get_extent()),
}
_TEXT: Mapping[str, Read] = {
    "color": lambda a: _color(a.get_color()),
    "fontsize": lambda a: float(a.get_fontsize()),
    "fontweight": lambda a: a.get_fontweight(),
    "fontfamily": lambda a: a.get_fontfamily(),
    "fontstyle": _unless(lambda a: a.get_fontstyle(), "normal"),
    "rotation": lambda a: float(a.get_rotation()),
    "ha": lambda a: a.get_horizontalalignment(),
    "va": lambda a: a.get_verticalalignment(),
    "box": _box,
    "place": _free_place,
}
_LEGEND: Mapping[str, Read] = {
    "loc": lambda a: str(a._loc),
    "ncols": lambda a: a._ncols,
    "frame_on": lambda a: a.get_frame_on(),
    "anchor": lambda a: np.round(a.get_bbox_to_anchor().bounds, 1) if a._bbox_to_anchor is not None else None,
}
READERS: tuple[tuple[type, Mapping[str, Read]], ...] = (
    (Artist, _ANY),
    (FigureBase, _FIGURE),
    (Axes, _AXES),
    (Axis, _AXIS),
    (Line2D, _LINE),
    (Patch, _PATCH),
    (Collection, _COLLECTION),
    (_ImageBase, _IMAGE),
    (Text, _TEXT),
    (Legend, _LEGEND),
)
"""What is told of each class of artists, the usual values of some left out."""
