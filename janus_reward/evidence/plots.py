"""The plotting areas of a chart as typed records, read from facts that may be missing, wrong or hostile."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from janus_reward.colors import RGB
from janus_reward.evidence import palette
from janus_reward.evidence.view import View

Box = tuple[float, float, float, float]
Point = tuple[float, float]

MAX_PLOTS, MAX_TEXTS, MAX_MARKS, MAX_SERIES, MAX_VALUES = 50, 2_000, 300, 50, 50
_FAR = 1e7
_STROKED = frozenset({"box", "violin", "graph", "tree"})


@dataclass(frozen=True, slots=True)
class Label:
    """One text of a chart; `at` is the place of a tick along its axis, `seen` whether it touches the canvas."""

    role: str
    text: str
    box: Box | None
    size: float | None
    rotation: float
    axes: int | None
    axis: str
    at: float | None
    seen: bool

    @property
    def tilt(self) -> float:
        """Degrees between the text and the horizontal, 0 to 90."""
        turned = abs(self.rotation) % 180
        return min(turned, 180 - turned)


@dataclass(frozen=True, slots=True)
class PlotMark:
    """One drawn mark with its box in canvas units, y down; lines and points with (some of) their vertices."""

    kind: str
    box: Box
    color: RGB | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One series: how many values, and the first of them."""

    kind: str
    n: int
    label: str
    color: RGB | None
    upright: bool
    x: tuple[float, ...]
    y: tuple[float, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """The measured values: lengths of bars, heights of everything else."""
        return self.y if self.upright else self.x


@dataclass(frozen=True, slots=True)
class Plot:
    """One plotting area; lists are empty and fields `None` where the renderer cannot tell."""

    index: int
    box: Box | None
    names: Mapping[str, str]
    legend: tuple[str, ...]
    legend_colors: tuple[RGB | None, ...]
    legend_box: Box | None
    projection: str
    scales: Mapping[str, str]
    limits: Mapping[str, tuple[float, float]]
    counts: Mapping[str, float] | None
    marks: tuple[PlotMark, ...] | None
    series: tuple[Series, ...]
    ticks: Mapping[str, tuple[Label, ...]]
    labels: tuple[Label, ...]
    types: frozenset[str]

    def of(self, *kinds: str) -> tuple[PlotMark, ...]:
        """The marks of some kinds."""
        return tuple(mark for mark in self.marks or () if mark.kind in kinds)

    @property
    def told(self) -> tuple[Series, ...]:
        """The series that hold anything; the strokes of boxes, violins and graphs are none."""
        strokes = bool(self.types & _STROKED)
        return tuple(s for s in self.series if s.n > 0 and not (strokes and s.kind in ("line", "point")))

    @property
    def round(self) -> bool:
        """Whether it has no straight axes of its own: a pie, a polar plot, a map."""
        drawn = set(self.counts or ())
        pie = "arc" in drawn and drawn <= {"arc", "text", "circle"}
        return pie or self.projection in ("polar", "geo", "mercator")

    @property
    def value_axis(self) -> str:
        """The axis that shows the measured values: `x` under lying bars, otherwise `y`."""
        return "x" if any(series.kind == "bar" and not series.upright for series in self.series) else "y"

    @property
    def category_axis(self) -> str:
        """The other one."""
        return "y" if self.value_axis == "x" else "x"

    def extent(self, axis: str) -> float | None:
        """Length of an axis in canvas units."""
        if self.box is None:
            return None
        return self.box[2] - self.box[0] if axis == "x" else self.box[3] - self.box[1]


def plots(view: View) -> tuple[Plot, ...]:
    """The plotting areas of the picture, colour bars left out; empty where nothing is drawn or told."""
    raw = view.facts.get("axes")
    if not view.drawn or not isinstance(raw, (list, tuple)):
        return ()
    texts = view.once(labels)
    types = frozenset(map(word, sequence(view.facts.get("chart_types"))[:MAX_SERIES]))
    found = []
    for index, item in enumerate(raw[:MAX_PLOTS]):
        if isinstance(item, Mapping) and item.get("projection") != "colorbar":
            alone = len(raw) == 1
            own = tuple(text for text in texts if text.axes == index or (alone and text.axes is None))
            found.append(_plot(index, item, own, types))
    return tuple(found)


def labels(view: View) -> tuple[Label, ...]:
    """All texts of the picture, also those that lie wholly beyond the canvas; empty where nothing is drawn."""
    if not view.drawn:
        return ()
    found = []
    for name, seen in (("texts", True), ("outside_texts", False)):
        for item in sequence(view.facts.get(name))[:MAX_TEXTS]:
            text = word(item.get("text")) if isinstance(item, Mapping) else ""
            if text:
                found.append(_label(item, text, seen))
    return tuple(found)


def _label(item: Mapping[str, Any], text: str, seen: bool) -> Label:
    owner = item.get("axes")
    return Label(
        role=word(item.get("role")) or "text",
        text=text,
        box=box(item.get("box")),
        size=number(item.get("size")),
        rotation=number(item.get("rotation")) or 0.0,
        axes=owner if isinstance(owner, int) and not isinstance(owner, bool) else None,
        axis=word(item.get("axis")),
        at=number(item.get("at")),
        seen=seen,
    )


def _plot(index: int, item: Mapping[str, Any], texts: tuple[Label, ...], types: frozenset[str]) -> Plot:
    marked = item.get("mark_boxes")
    return Plot(
        index=index,
        box=box(item.get("box")),
        names={name: word(item.get(name)) for name in ("title", "x_label", "y_label")},
        legend=tuple(map(word, sequence(item.get("legend"))[:MAX_SERIES])),
        legend_colors=tuple(map(shade, sequence(item.get("legend_colors"))[:MAX_SERIES])),
        legend_box=box(item.get("legend_box")),
        projection=word(item.get("projection")),
        scales={axis: word(item.get(f"{axis}_scale")) for axis in "xy"},
        limits=dict(_limits(item)),
        counts=_counts(item.get("marks")),
        marks=tuple(_marks(marked)) if isinstance(marked, (list, tuple)) else None,
        series=tuple(_series(item.get("series"))),
        ticks={axis: _ticks(texts, axis) for axis in "xy"},
        labels=texts,
        types=types,
    )


def _ticks(texts: tuple[Label, ...], axis: str) -> tuple[Label, ...]:
    placed = [text for text in texts if text.role == "tick" and text.axis == axis and text.at is not None]
    return tuple(sorted(placed, key=lambda text: (text.at or 0.0, text.text)))


def _limits(item: Mapping[str, Any]) -> Iterator[tuple[str, tuple[float, float]]]:
    for axis in "xy":
        ends = [number(end) for end in sequence(item.get(f"{axis}_limits"))[:2]]
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            yield axis, (ends[0], ends[1])


def _counts(raw: object) -> dict[str, float] | None:
    if not isinstance(raw, Mapping):
        return None
    found = ((kind, number(count)) for kind, count in list(raw.items())[:200])
    return {str(kind): count for kind, count in found if count is not None and count > 0}


def _marks(raw: Any) -> Iterator[PlotMark]:
    for item in raw[:MAX_MARKS]:
        where = box(item.get("box"), flat=True) if isinstance(item, Mapping) else None
        if where is not None:
            vertices = [_point(vertex) for vertex in sequence(item.get("points"))[:64]]
            points = tuple(vertex for vertex in vertices if vertex is not None)
            yield PlotMark(word(item.get("kind")), where, shade(item.get("color")), points)


def _series(raw: object) -> Iterator[Series]:
    for item in sequence(raw)[:MAX_SERIES]:
        if isinstance(item, Mapping):
            count = number(item.get("n"))
            yield Series(
                kind=word(item.get("kind")),
                n=int(min(max(count or 0.0, 0.0), 1e9)),
                label=word(item.get("label")),
                color=shade(item.get("color")),
                upright=item.get("orientation") != "horizontal",
                x=_values(item.get("x")),
                y=_values(item.get("y")),
            )


def _values(raw: object) -> tuple[float, ...]:
    found = [number(value) for value in sequence(raw)[:MAX_VALUES]]
    return tuple(value for value in found if value is not None)


def _point(raw: object) -> Point | None:
    pair = [number(value) for value in sequence(raw)[:2]]
    return (pair[0], pair[1]) if len(pair) == 2 and pair[0] is not None and pair[1] is not None else None


def sequence(value: object) -> list[Any]:
    """A list of the facts; empty for anything else."""
    return list(value) if isinstance(value, (list, tuple)) else []


def word(value: object) -> str:
    """A string of the facts, trimmed; empty for anything else."""
    return value[:500].strip() if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """A finite number of the facts; `None` for anything else, and for numbers beyond a float."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def box(value: object, *, flat: bool = False) -> Box | None:
    """A box of the facts, kept within ten million units; `None` when empty (`flat`: when it has no point)."""
    corners = [number(corner) for corner in sequence(value)[:4]]
    if len(corners) != 4 or any(corner is None for corner in corners):
        return None
    x0, y0, x1, y1 = (min(max(corner, -_FAR), _FAR) for corner in corners if corner is not None)
    whole = x1 >= x0 and y1 >= y0 if flat else x1 > x0 and y1 > y0
    return (x0, y0, x1, y1) if whole else None


def shade(value: object) -> RGB | None:
    """A colour of the facts; `None` for anything else."""
    return palette.parse(value[:40]) if isinstance(value, str) else None


def shared_area(first: Box, second: Box) -> float:
    """Area that two boxes share, in canvas units squared."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return width * height if width > 0 and height > 0 else 0.0


def area(box: Box) -> float:
    """Area of a box."""
    return (box[2] - box[0]) * (box[3] - box[1])
