"""What a matplotlib axes holds: the boxes of its marks in the picture, and the data that was plotted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib import colors as mpl_colors
from matplotlib.collections import PathCollection, PolyCollection, QuadMesh
from matplotlib.container import BarContainer
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle, Wedge

from janus_reward.render.plot_axes import MAX_SERIES, Mark, mark_boxes, numbers_fact
from janus_reward.render.svg_geometry import Box, rounded

MAX_DATA = 10_000
_HIDDEN = ("None", "none", " ", "", None)


def plotted(axes: Any, renderer: Any, height: float, most: int) -> dict[str, Any]:
    """`mark_boxes`, `series`, `legend_colors`, `legend_box`, limits, `shared` and `aspect` of an axes.

    Args:
        axes: drawn just now.
        renderer: that drew it.
        height: of the picture in pixels; boxes have y down.
        most: marks to tell.
    """
    reading = _Reading(axes, renderer, height, most)
    reading.read()
    found: dict[str, Any] = {"mark_boxes": mark_boxes(reading.marks), "series": reading.series[:MAX_SERIES]}
    for axis, limits in (("x", axes.get_xlim()), ("y", axes.get_ylim())):
        found[f"{axis}_limits"] = [float(end) for end in limits]
    siblings = {"x": axes.get_shared_x_axes(), "y": axes.get_shared_y_axes()}
    found["shared"] = [axis for axis, group in siblings.items() if len(group.get_siblings(axes)) > 1]
    found["aspect"] = str(axes.get_aspect())[:20]
    return found | reading.legend()


class _Reading:
    def __init__(self, axes: Any, renderer: Any, height: float, most: int) -> None:
        self._axes = axes
        self._renderer = renderer
        self._height = height
        self._most = most
        self._flat = axes.name != "3d"
        self.marks: list[Mark] = []
        self.series: list[dict[str, Any]] = []

    def read(self) -> None:
        held: set[int] = set()
        for container in self._axes.containers:
            if isinstance(container, BarContainer):
                held.update(map(id, container.patches))
                self._bars(container)
        patches = [patch for patch in self._axes.patches if id(patch) not in held and patch.get_visible()]
        self._wedges([patch for patch in patches if isinstance(patch, Wedge)])
        for patch in patches[: self._most]:
            if not isinstance(patch, Wedge):
                kind = "rect" if isinstance(patch, Rectangle) else "polygon"
                self._mark(kind, self._extent(patch), patch.get_facecolor())
        for line in self._axes.lines:
            if line.get_visible():
                self._line(line)
        for artist in (*self._axes.collections, *self._axes.images):
            if artist.get_visible():
                self._collection(artist)

    def legend(self) -> dict[str, Any]:
        """Box of the legend, and the colour of each entry's handle."""
        legend = self._axes.get_legend()
        if legend is None or not legend.get_visible():
            return {}
        box = self._flipped(legend.get_window_extent(self._renderer))
        shades = [_handle_color(handle) for handle in legend.legend_handles]
        return {"legend_colors": shades[:MAX_SERIES], **({"legend_box": rounded(box)} if box else {})}

    def _bars(self, container: BarContainer) -> None:
        upright = container.orientation != "horizontal"
        bars = [patch for patch in container.patches if isinstance(patch, Rectangle)][:MAX_DATA]
        for bar in bars[: self._most]:
            self._mark("bar", self._extent(bar), bar.get_facecolor())
        lengths = [bar.get_height() if upright else bar.get_width() for bar in bars]
        places = [bar.get_x() + bar.get_width() / 2 if upright else bar.get_y() + bar.get_height() / 2 for bar in bars]
        fact = self._started("bar", container.get_label(), bars[0].get_facecolor() if bars else None)
        fact["orientation"] = "vertical" if upright else "horizontal"
        self.series.append(fact | _data(("x", "y") if upright else ("y", "x"), places, lengths, len(container.patches)))

    def _wedges(self, wedges: Sequence[Any]) -> None:
        for wedge in wedges[: self._most]:
            self._mark("arc", self._extent(wedge), wedge.get_facecolor())
        if wedges:
            shares = [(wedge.theta2 - wedge.theta1) / 360 for wedge in wedges[:MAX_DATA]]
            self.series.append({"kind": "arc", **numbers_fact("y", _finite(shares), len(wedges))})

    def _line(self, line: Any) -> None:
        xs, ys = (_filled(values) for values in line.get_data(orig=False))
        if not len(xs):
            return
        pixels = line.get_transform().transform(np.column_stack([xs, ys])[:MAX_DATA])
        pixels = pixels[np.isfinite(pixels).all(axis=1)]
        points = [(float(x), self._height - float(y)) for x, y in pixels]
        bare = line.get_linestyle() in _HIDDEN
        shade = line.get_markerfacecolor() if bare else line.get_color()
        reference = line.get_transform() != self._axes.transData
        kind = "rule" if reference else "point" if bare else "line"
        if kind == "point":
            for x, y in points[: self._most]:
                half = line.get_markersize() * self._axes.figure.dpi / 144
                self._note("point", (x - half, y - half, x + half, y + half), shade, [(x, y)])
        elif points:
            box = (min(x for x, _ in points), min(y for _, y in points), *_last_corner(points))
            self._note(kind, box, shade, points)
        if not reference:
            fact = self._started(kind, line.get_label(), shade)
            self.series.append(fact | _data(("x", "y"), xs[:MAX_DATA], ys[:MAX_DATA], len(xs)))

    def _collection(self, artist: Any) -> None:
        if isinstance(artist, PathCollection):
            self._dots(artist)
        elif isinstance(artist, (AxesImage, QuadMesh)):
            values: Any = artist.get_array()
            self._mark("image", self._axes.bbox, None)
            numbers = np.ma.asarray(values).compressed()[:MAX_DATA] if values is not None else np.empty(0)
            flat = _finite(numbers) if numbers.dtype.kind in "fiub" else []
            self.series.append(
                {"kind": "image", **numbers_fact("z", flat, int(np.size(values)) if values is not None else 0)}
            )
        elif isinstance(artist, PolyCollection) and self._flat:
            self._mark("area", self._extent(artist), _first(artist.get_facecolor()))
            fact = self._started("area", artist.get_label(), _first(artist.get_facecolor()))
            self.series.append(fact | {"n": len(artist.get_paths())})

    def _dots(self, dots: Any) -> None:
        places = _filled(dots.get_offsets())
        pixels = dots.get_offset_transform().transform(places[: self._most])
        sizes, shades = dots.get_sizes(), dots.get_facecolor()
        for number, (x, y) in enumerate(pixels):
            if np.isfinite([x, y]).all():
                half = float(np.sqrt(sizes[number % len(sizes)])) * self._axes.figure.dpi / 144 if len(sizes) else 1.0
                shade = shades[number % len(shades)] if len(shades) else None
                down = self._height - float(y)
                where = (float(x) - half, down - half, float(x) + half, down + half)
                self._note("point", where, shade, [(float(x), down)])
        fact = self._started("point", dots.get_label(), _first(shades))
        self.series.append(fact | _data(("x", "y"), places[:MAX_DATA, 0], places[:MAX_DATA, 1], len(places)))

    def _started(self, kind: str, label: Any, shade: Any) -> dict[str, Any]:
        fact: dict[str, Any] = {"kind": kind}
        words = str(label)[:500] if label is not None else ""
        if words and not words.startswith("_"):
            fact["label"] = words
        color = _hex(shade)
        return fact | ({"color": color} if color else {})

    def _extent(self, artist: Any) -> Any:
        return artist.get_window_extent(self._renderer)

    def _mark(self, kind: str, extent: Any, shade: Any) -> None:
        box = self._flipped(extent)
        if box is not None:
            self._note(kind, box, shade, ())

    def _note(self, kind: str, box: Box, shade: Any, points: Sequence[tuple[float, float]]) -> None:
        if len(self.marks) < self._most:
            self.marks.append(Mark(kind, box, _hex(shade), points))

    def _flipped(self, extent: Any) -> Box | None:
        x0, y0, x1, y1 = (float(value) for value in (extent.x0, extent.y0, extent.x1, extent.y1))
        if not np.isfinite([x0, y0, x1, y1]).all():
            return None
        return (min(x0, x1), self._height - max(y0, y1), max(x0, x1), self._height - min(y0, y1))


def _filled(values: Any) -> Any:
    """Values as an array of floats, with NaN where they are masked."""
    masked: Any = np.ma.asarray(values, dtype=float)
    return np.ma.filled(masked, np.nan)


def _last_corner(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return max(x for x, _ in points), max(y for _, y in points)


def _data(names: tuple[str, str], places: Any, values: Any, count: int) -> dict[str, Any]:
    """Both directions of a series; `n` counts all of it, the digests cover the first ten thousand."""
    return numbers_fact(names[0], _finite(places), count) | numbers_fact(names[1], _finite(values), count)


def _finite(values: Any) -> list[float]:
    """Values as floats to seven digits, gaps left out."""
    return [float(f"{value:.7g}") for value in np.asarray(values, dtype=float).ravel() if np.isfinite(value)]


def _first(shades: Any) -> Any:
    return shades[0] if len(shades) else None


def _hex(shade: Any) -> str | None:
    """A colour as `#rrggbb`; `None` for the unknown and the wholly transparent."""
    if shade is None or not mpl_colors.is_color_like(shade):
        return None
    red, green, blue, alpha = mpl_colors.to_rgba(shade)
    return str(mpl_colors.to_hex((red, green, blue))) if alpha > 0 else None


def _handle_color(handle: Any) -> str | None:
    return next(_handle_colors(handle), None)


def _handle_colors(handle: Any) -> Iterator[str]:
    for name in ("get_facecolor", "get_color", "get_markerfacecolor", "get_edgecolor"):
        shade = getattr(handle, name, lambda: None)()
        first = shade[0] if isinstance(shade, np.ndarray) and shade.ndim == 2 and len(shade) else shade
        if found := _hex(first):
            yield found
