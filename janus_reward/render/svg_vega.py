"""Reads charts that Vega wrote as SVG: its groups carry what they are in their classes (`mark-rect role-mark`)."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from janus_reward.render.plot_axes import Mark, PlotArea, Tick
from janus_reward.render.svg_geometry import (
    Box,
    Matrix,
    Point,
    box_of,
    combined,
    parsed_transform,
    shape_points,
    tag,
    transformed,
    union,
)
from janus_reward.render.svg_text import color, text_fact

MAX_TEXTS, MAX_AXES, MAX_MARKS = 2000, 50, 5000
_FACE_WIDTH = 0.9
ROLES = {
    "title-text": "title",
    "title-subtitle": "title",
    "axis-title": "axis_label",
    "axis-label": "tick",
    "legend-title": "legend",
    "legend-label": "legend",
    "header-title": "axis_label",
    "row-title": "axis_label",
    "column-title": "axis_label",
}
_KINDS = {"symbol": "point", "line": "line", "trail": "line", "area": "area", "arc": "arc", "rule": "rule"}
_KINDS |= {"rect": "bar", "image": "image", "text": "text", "shape": "path", "path": "path"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: which plotting area, axis or legend, and the classes of the nearest group of marks."""

    matrix: Matrix
    area: int | None = None
    axis: str = ""
    legend: bool = False
    kind: str = ""
    role: str = ""
    ticks: tuple[Point, ...] = ()


@dataclass(slots=True)
class VegaChart:
    """What was read: texts with their places, and the plotting areas."""

    texts: list[dict[str, Any]] = field(default_factory=list)
    areas: list[PlotArea] = field(default_factory=list)
    _swatches: dict[int, list[str | None]] = field(default_factory=dict)
    _marks: int = 0

    def facts(self) -> dict[str, Any]:
        """`texts` and `axes`; areas that only hold other ones are left out."""
        kept = [number for number, area in enumerate(self.areas) if area.marks or any(area.ticks.values())]
        self._share_labels(kept)
        position = {number: index for index, number in enumerate(kept[:MAX_AXES])}
        for text in self.texts:
            owner = position.get(text.pop("area", -1))
            if owner is not None:
                text["axes"] = owner
        axes = [self.areas[number].fact() for number in kept[:MAX_AXES]]
        return {"texts": self.texts[:MAX_TEXTS], "axes": axes}

    def chart_types(self) -> list[str]:
        """Chart types by the kinds of marks."""
        return list(dict.fromkeys(name for area in self.areas for name in area.chart_types()))

    def _share_labels(self, kept: list[int]) -> None:
        """Give labels and titles that stand outside of all areas (of facets) to each area without its own."""
        outer = [area for number, area in enumerate(self.areas) if number not in kept]
        titles = [text["text"] for text in self.texts if text["role"] == "title"]
        for number in kept:
            area = self.areas[number]
            for holder in outer:
                area.labels = {**holder.labels, **area.labels}
                area.legend = area.legend or holder.legend
            area.title = area.title or (titles[0] if titles else "")

    def note_text(self, element: ET.Element, place: _Place, number: int) -> None:
        """Note one text, with what it says about its plotting area."""
        if element.get("opacity") == "0" or element.get("fill-opacity") == "0":
            return
        style = {name: value for name in ("font-size", "text-anchor", "fill") if (value := element.get(name))}
        fact = text_fact(element, place.matrix, style, _FACE_WIDTH)
        if not fact["text"] or len(self.texts) >= MAX_TEXTS:
            return
        fact["role"] = ROLES.get(place.role, "label" if place.role == "mark" else "text")
        owner = {} if place.area is None else {"area": place.area}
        axis = {"axis": place.axis} if place.axis else {}
        self.texts.append({**fact, **owner, **axis})
        area = self.areas[place.area] if place.area is not None else None
        if area is None:
            return
        if fact["role"] == "tick" and place.axis:
            self._tick(area, place, number)
        elif fact["role"] == "axis_label" and place.axis:
            area.labels.setdefault(place.axis, fact["text"])
        elif fact["role"] == "legend":
            self._entry(area, place)

    def _tick(self, area: PlotArea, place: _Place, number: int) -> None:
        across = place.axis == "x"
        at = place.ticks[number] if number < len(place.ticks) else (place.matrix[4], place.matrix[5])
        where = at[0] if across else at[1]
        if math.isfinite(where):
            self.texts[-1]["at"] = round(where, 2)
            area.ticks[place.axis].append(Tick(where, self.texts[-1]["text"]))

    def _entry(self, area: PlotArea, place: _Place) -> None:
        if place.role == "legend-title":
            self.texts[-1]["axis"] = "title"
            return
        shades = self._swatches.get(place.area or 0, [])
        position = len(area.legend)
        area.legend.append((self.texts[-1]["text"], shades[position] if position < len(shades) else None))

    def note_mark(self, element: ET.Element, place: _Place) -> None:
        """Note one drawn mark in its plotting area, or a swatch of its legend."""
        shade = color(element.get("fill")) or color(element.get("stroke"))
        if place.legend and place.role == "legend-symbol" and place.area is not None:
            self._swatches.setdefault(place.area, []).append(shade)
            return
        if place.role != "mark" or place.area is None or self._marks >= MAX_MARKS or element.get("opacity") == "0":
            return
        local = shape_points(element)
        box = box_of(local, place.matrix)
        if box is None:
            return
        self._marks += 1
        kind = _KINDS.get(place.kind, "path")
        if kind == "bar" and element.get("aria-roledescription") not in ("bar", None):
            kind = "rect"
        points = [transformed(place.matrix, x, y) for x, y in local] if kind == "line" else []
        if kind == "point":
            points = [(place.matrix[4], place.matrix[5])]
        self.areas[place.area].marks.append(Mark(kind, box, shade, points))


def read(root: ET.Element, matrix: Matrix) -> VegaChart | None:
    """Read the drawing of a Vega view; `None` for any other document.

    Args:
        root: the parsed document.
        matrix: from its user units to the canvas.
    """
    if not any("role-frame" in element.get("class", "") for element in root.iter()):
        return None
    chart = VegaChart()
    _walk(chart, root, _Place(matrix), 0)
    return chart


def _walk(chart: VegaChart, element: ET.Element, place: _Place, number: int) -> None:
    if tag(element) in ("defs", "clipPath", "title", "desc", ""):
        return
    place = replace(place, matrix=combined(place.matrix, parsed_transform(element.get("transform"))))
    classes = element.get("class", "")
    if tag(element) == "text":
        chart.note_text(element, place, number)
    elif tag(element) not in ("g", "svg", "a"):
        if classes not in ("background", "foreground"):
            chart.note_mark(element, place)
    else:
        inner = _entered(chart, element, classes, place)
        for position, child in enumerate(element):
            _walk(chart, child, _started(chart, child, inner), position)


def _entered(chart: VegaChart, element: ET.Element, classes: str, place: _Place) -> _Place:
    """The place inside a group of marks."""
    kind, role = re.search(r"mark-([a-z]+)", classes), re.search(r"role-([a-z-]+)", classes)
    if kind is None or role is None:
        return place
    place = replace(place, kind=kind.group(1), role=role.group(1))
    if place.role == "axis":
        return replace(place, axis=_axis_of(element), ticks=tuple(_tick_places(element, place.matrix)))
    if place.role in ("legend", "legend-entry") and kind.group(1) == "group":
        _note_legend_box(chart, element, place)
        return replace(place, legend=True)
    return place


def _started(chart: VegaChart, child: ET.Element, place: _Place) -> _Place:
    """The place inside one item of a group; items of frames and cells are plotting areas of their own."""
    holds = (
        not place.legend
        and place.kind == "group"
        and place.role in ("frame", "scope", "cell", "mark", "row-footer", "column-footer")
    )
    background = next((path for path in child if path.get("class") == "background"), None) if holds else None
    if background is None or len(chart.areas) >= 4 * MAX_AXES:
        return place
    inside = combined(place.matrix, parsed_transform(child.get("transform")))
    box = box_of(shape_points(background), inside)
    sized = box is not None and box[2] - box[0] > 1 and box[3] - box[1] > 1
    chart.areas.append(PlotArea(box=box if sized else None))
    return replace(place, area=len(chart.areas) - 1, role="", kind="")


def _axis_of(element: ET.Element) -> str:
    """Which axis a group draws, by its description, else by the direction of its ticks."""
    described = re.match(r"([XY])-axis", element.get("aria-label", ""))
    if described:
        return described.group(1).lower()
    line = next((line for line in element.iter() if tag(line) == "line"), None)
    parent = next((g for g in element.iter() if "role-axis-tick" in g.get("class", "")), None)
    return "" if line is None or parent is None else "x" if line.get("x2") in ("0", None) else "y"


def _tick_places(element: ET.Element, matrix: Matrix) -> Iterator[Point]:
    for item in element:
        inside = combined(matrix, parsed_transform(item.get("transform")))
        for group in item.iter():
            if "role-axis-tick" in group.get("class", ""):
                for line in group:
                    own = combined(inside, parsed_transform(line.get("transform")))
                    yield own[4], own[5]
                return


def _note_legend_box(chart: VegaChart, element: ET.Element, place: _Place) -> None:
    if place.role != "legend" or place.area is None:
        return
    boxes: list[Box] = []
    for item in element:
        inside = combined(place.matrix, parsed_transform(item.get("transform")))
        background = next((path for path in item if path.get("class") == "background"), None)
        box = box_of(shape_points(background), inside) if background is not None else None
        boxes += [box] if box else []
    area = chart.areas[place.area]
    area.legend_box = union([*boxes, *([area.legend_box] if area.legend_box else [])])
