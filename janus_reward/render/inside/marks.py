"""Counts the marks of matplotlib artists, their colours, and the chart types they make up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib import collections as col
from matplotlib import colors as mpl_colors
from matplotlib import image, lines, patches, quiver
from matplotlib.axes import Axes
from matplotlib.container import BarContainer, ErrorbarContainer, StemContainer
from matplotlib.contour import ContourSet
from matplotlib.figure import FigureBase
from mpl_toolkits.mplot3d import art3d

CERTAINTY = (
    "pie",
    "treemap",
    "venn",
    "tree",
    "graph",
    "3d",
    "polar",
    "violin",
    "box",
    "histogram",
    "heatmap",
    "contour",
    "quiver",
    "parallel",
    "stem",
    "errorbar",
    "bar",
    "area",
    "density",
    "scatter",
    "line",
    "rule",
)
"""Chart types, the most certain first: the later ones are also drawn as a part of the earlier ones."""

_PLAIN = frozenset({"line", "bar", "scatter", "area"})
_PARTS = {
    "box": ("line", "scatter", "bar"),
    "violin": ("area", "line", "rule"),
    "histogram": ("bar", "area", "line"),
    "graph": ("scatter", "line", "rule"),
    "tree": ("line", "rule"),
    "treemap": ("bar",),
    "venn": ("area",),
    "stem": ("line", "scatter", "rule"),
    "quiver": ("line", "rule"),
    "density": ("line", "area"),
    "heatmap": ("scatter", "area"),
    "errorbar": ("rule",),
}
"""What else the artists of a chart type look like."""

MAX_COLORS = 50


@dataclass(slots=True)
class Marks:
    """What was found on an axes: counts by kind of mark, colours by first appearance, chart types."""

    counts: dict[str, int] = field(default_factory=dict)
    colors: list[str] = field(default_factory=list)
    types: dict[str, None] = field(default_factory=dict)

    @classmethod
    def union(cls, parts: Iterable[Marks]) -> Marks:
        """Join the marks of several parts together."""
        whole = cls()
        for part in parts:
            for kind, count in part.counts.items():
                whole.add(kind, count)
            whole.paint(part.colors)
            whole.types.update(part.types)
        return whole

    def add(self, kind: str, count: int = 1, chart_type: str | None = None) -> None:
        """Count marks of one kind; nothing is noted for a count of zero."""
        if count <= 0:
            return
        self.counts[kind] = self.counts.get(kind, 0) + int(count)
        if chart_type:
            self.types[chart_type] = None

    def paint(self, colors: Iterable[str]) -> None:
        """Note colours that were not seen before."""
        for color in colors:
            if len(self.colors) < MAX_COLORS and color not in self.colors:
                self.colors.append(color)

    def chart_types(self) -> list[str]:
        """Give the chart types, most certain first."""
        return by_certainty(self.types)


def by_certainty(types: Iterable[str]) -> list[str]:
    """Order chart types, the most certain first, those without a rank last."""
    rank = {name: place for place, name in enumerate(CERTAINTY)}
    return sorted(dict.fromkeys(types), key=lambda name: rank.get(name, len(rank)))


def figure_marks(figure: FigureBase) -> Marks:
    """Find the marks placed on the figure itself rather than on an axes."""
    found = Marks()
    for artist in (*figure.patches, *figure.lines, *figure.images):
        _count(found, artist)
    return found


def axes_marks(axes: Axes, calls: list[str]) -> Marks:
    """Find the marks drawn on an axes.

    Args:
        axes: drawn just now.
        calls: chart types that were asked for on it; they decide where shapes alone do not.
    """
    found = Marks(types=dict.fromkeys(name for name in calls if name not in _PLAIN))
    held = _containers(found, axes) | {id(axes.patch), *map(id, axes.spines.values())}
    for artist in axes.get_children():
        if id(artist) not in held and artist.get_visible():
            _count(found, artist)
    for table in axes.tables:
        found.add("text", len(table.get_celld()))
    _projection(found, axes)
    _settle(found, calls)
    return found


def _projection(found: Marks, axes: Axes) -> None:
    if axes.name in ("3d", "polar") and found.counts:
        found.types["3d" if axes.name == "3d" else "polar"] = None


def _settle(found: Marks, calls: list[str]) -> None:
    """Drop the types that are only parts of what was asked for, unless they were asked for too."""
    for name in [name for name in found.types if name in calls or name in ("errorbar", "stem")]:
        for part in _PARTS.get(name, ()):
            if part not in calls:
                found.types.pop(part, None)
    if len(found.types) > 1:
        found.types.pop("rule", None)


def _containers(found: Marks, axes: Axes) -> set[int]:
    held: set[int] = set()
    for container in axes.containers:
        if isinstance(container, BarContainer):
            found.add("bar", len(container.patches), "histogram" if _is_histogram(container) else "bar")
            found.paint(_hexes([patch.get_facecolor() for patch in container.patches]))
            held.update(id(patch) for patch in container.patches)
        elif isinstance(container, ErrorbarContainer):
            found.add("errorbar", 1, "errorbar")
            held.update(id(artist) for group in container.lines[1:] for artist in group or ())
        elif isinstance(container, StemContainer):
            found.add("line", np.size(container.markerline.get_xdata()), "stem")
            found.paint(_hexes([container.markerline.get_color()]))
            held.update(map(id, (container.markerline, container.baseline, container.stemlines)))
    return held


def _is_histogram(bars: BarContainer) -> bool:
    """Whether bars touch each other, three or more of them, over a numeric axis: bins rather than categories."""
    if len(bars.patches) < 3 or not all(isinstance(bar, patches.Rectangle) for bar in bars.patches):
        return False
    upright = bars.orientation != "horizontal"
    spans = [(p.get_x(), p.get_width()) if upright else (p.get_y(), p.get_height()) for p in bars.patches]
    starts = np.array([start for start, _ in spans])
    widths = np.array([width for _, width in spans])
    if np.allclose(starts + widths / 2, np.round(starts + widths / 2)) and np.allclose(np.diff(starts), 1):
        return False
    return bool(np.all(widths > 0) and np.allclose(starts[1:], starts[:-1] + widths[:-1], rtol=1e-3))


def _count(found: Marks, artist: Any) -> None:
    for kinds, count in _COUNTERS:
        if isinstance(artist, kinds):
            count(found, artist)
            return


def _line(found: Marks, line: Any) -> None:
    points = len(line.get_xdata())
    if points == 0:
        return
    if line.get_linestyle() in ("None", "none", " ", ""):
        if line.get_marker() not in ("None", "none", " ", "", None):
            found.add("point", points, "scatter")
            found.paint(_hexes([line.get_markerfacecolor()]))
        return
    reference = line.get_transform() != line.axes.transData if line.axes is not None else True
    found.add("rule" if reference and points <= 2 else "line", 1, "rule" if reference and points <= 2 else "line")
    found.paint(_hexes([line.get_color()]))


def _patch(found: Marks, patch: patches.Patch) -> None:
    kind = next((name for shape, name in _PATCH_KINDS if isinstance(patch, shape)), "path")
    found.add(kind, 1, {"arc": "pie", "area": "area"}.get(kind))
    found.paint(_hexes([patch.get_facecolor(), patch.get_edgecolor()]))


def _points(found: Marks, points: Any) -> None:
    found.add("point", len(points.get_offsets()), "scatter")
    found.paint(_hexes(points.get_facecolor()) or _hexes(points.get_edgecolor()))


def _mesh(found: Marks, mesh: Any) -> None:
    found.add("rect", int(np.size(mesh.get_array())) if mesh.get_array() is not None else 1, "heatmap")


def _image(found: Marks, picture: Any) -> None:
    values = picture.get_array()
    found.add("image", 1, "heatmap" if values is not None and np.ndim(values) == 2 else "image")


def _contour(found: Marks, contour: Any) -> None:
    found.add("contour", len(contour.levels), "contour")
    found.paint(_hexes(contour.get_facecolor() if contour.filled else contour.get_edgecolor()))


def _quiver(found: Marks, arrows: Any) -> None:
    found.add("quiver", int(arrows.N), "quiver")
    found.paint(_hexes(arrows.get_facecolor()))


def _segments(found: Marks, segments: Any) -> None:
    found.add("rule", len(segments.get_paths()) or 1, "rule")
    found.paint(_hexes(segments.get_color()))


def _wires(found: Marks, wires: Any) -> None:
    found.add("surface", 1, "3d")
    found.paint(_hexes(wires.get_edgecolor()))


def _areas(found: Marks, areas: Any) -> None:
    found.add("area", len(areas.get_paths()), "area")
    found.paint(_hexes(areas.get_facecolor()))


def _surface(found: Marks, surface: Any) -> None:
    found.add("surface", 1, "3d")
    found.paint(_hexes(surface.get_facecolor()))


def _other(found: Marks, artist: Any) -> None:
    found.add("path", len(artist.get_paths()) or 1)
    found.paint(_hexes(artist.get_facecolor()))


def _hexes(colors: Any) -> list[str]:
    """Colours as `#rrggbb`, the wholly transparent ones left out, the first few hundred only."""
    found: dict[str, None] = {}
    for color in list(np.atleast_1d(np.asarray(colors, dtype=object)) if isinstance(colors, str) else colors)[:400]:
        if not mpl_colors.is_color_like(color):
            continue
        red, green, blue, alpha = mpl_colors.to_rgba(color)
        if alpha > 0:
            found[mpl_colors.to_hex((red, green, blue))] = None
    return list(found)


_PATCH_KINDS: tuple[tuple[type, str], ...] = (
    (patches.Wedge, "arc"),
    (patches.Circle, "circle"),
    (patches.Ellipse, "ellipse"),
    (patches.Rectangle, "rect"),
    (patches.FancyBboxPatch, "rect"),
    (patches.FancyArrowPatch, "arrow"),
    (patches.FancyArrow, "arrow"),
    (patches.Polygon, "polygon"),
    (patches.RegularPolygon, "polygon"),
)

_COUNTERS: tuple[tuple[Any, Any], ...] = (
    (quiver.Quiver, _quiver),
    (quiver.Barbs, _quiver),
    (ContourSet, _contour),
    (art3d.Poly3DCollection, _surface),
    (art3d.Line3DCollection, _wires),
    (col.QuadMesh, _mesh),
    (col.PathCollection, _points),
    (col.LineCollection, _segments),
    (col.PolyCollection, _areas),
    (col.Collection, _other),
    (image.AxesImage, _image),
    (image.FigureImage, _image),
    (lines.Line2D, _line),
    (patches.Patch, _patch),
)
