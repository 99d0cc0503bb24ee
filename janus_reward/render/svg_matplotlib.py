"""Reads charts that matplotlib wrote as SVG: its groups are named after the artists (`axes_1`, `xtick_3`)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

from janus_reward.render.plot_axes import Mark, PlotArea, Tick
from janus_reward.render.svg_geometry import (
    Box,
    Matrix,
    Point,
    box_of,
    combined,
    numbers,
    parsed_transform,
    path_points,
    style_of,
    tag,
    transformed,
    union,
)
from janus_reward.render.svg_text import GlyphTexts, color

MAX_TEXTS, MAX_AXES, MAX_ARTISTS = 2000, 50, 5000
_AXES = re.compile(r"axes_\d+")
_HREF = "{http://www.w3.org/1999/xlink}href"
_OFFSET = re.compile(r"[+−-]?\d*(?:\.\d+)?e[+−-]?\d+|.*\\times.*|[+−-]\d.*")


def read(root: ET.Element, matrix: Matrix, canvas: tuple[float, float]) -> dict[str, Any]:
    """The facts of a chart that matplotlib drew; empty where no plotting area is found.

    Args:
        root: a document parsed with its comments.
        matrix: from the document's user units to the canvas.
        canvas: width and height.
    """
    groups = [group for group in root.iter() if tag(group) == "g" and _AXES.fullmatch(group.get("id", ""))][:MAX_AXES]
    if not groups:
        return {}
    reader = _Reader(root, matrix)
    areas = [reader.area(group, index) for index, group in enumerate(groups)]
    reader.beside(next((g for g in root.iter() if g.get("id", "").startswith("figure_")), root))
    seen, unseen = _parted(reader.texts, canvas)
    types = dict.fromkeys(name for area in areas for name in area.chart_types())
    return {
        "texts": seen[:MAX_TEXTS],
        "outside_texts": unseen[:50],
        "axes": [area.fact() for area in areas],
        "chart_types": list(types)[:50],
    }


def _parted(texts: list[dict[str, Any]], canvas: tuple[float, float]) -> tuple[list[Any], list[Any]]:
    """Texts that touch the canvas, and those wholly beyond it."""
    seen: list[dict[str, Any]] = []
    unseen: list[dict[str, Any]] = []
    for text in texts:
        x0, y0, x1, y1 = text.get("box") or (0.0, 0.0, 1.0, 1.0)
        (seen if x1 > 0 and x0 < canvas[0] and y1 > 0 and y0 < canvas[1] else unseen).append(text)
    return seen, unseen


class _Reader:
    def __init__(self, root: ET.Element, matrix: Matrix) -> None:
        self._glyphs = GlyphTexts(root)
        self._matrix = matrix
        self._named = {name: element for element in root.iter() if (name := element.get("id"))}
        self._outlines: dict[str, Box | None] = {}
        self.texts: list[dict[str, Any]] = []

    def area(self, group: ET.Element, index: int) -> PlotArea:
        """Read one plotting area; its texts are noted with their role."""
        area = PlotArea()
        loose: list[dict[str, Any]] = []
        axes = iter("xyz")
        for child in list(group)[:MAX_ARTISTS]:
            name = child.get("id", "")
            if name.startswith("matplotlib.axis_"):
                self._axis(child, next(axes, "z"), area, index)
            elif name.startswith(("axis3d_", "pane3d_")):
                area.projection = "3d"
                self._axis(child, next(axes, "z"), area, index)
            elif name.startswith("text_"):
                loose += filter(None, [self._glyphs.read(child, self._matrix)])
            elif name.startswith("legend_"):
                self._legend(child, area, index)
            else:
                self._artist(child, name, area)
        self._settle(loose, area, index)
        return area

    def beside(self, figure: ET.Element) -> None:
        """Read the texts and legends placed on the figure itself."""
        for child in figure:
            if child.get("id", "").startswith("text_") and (fact := self._glyphs.read(child, self._matrix)):
                self.texts.append({**fact, "role": "title"})
            elif child.get("id", "").startswith("legend_"):
                self._legend(child, PlotArea(), None)

    def _settle(self, loose: list[dict[str, Any]], area: PlotArea, index: int) -> None:
        """Tell the title from the annotations: the last text above the plotting area and over its middle."""
        pie = any(mark.kind == "arc" for mark in area.marks)
        frame = area.box or union(mark.box for mark in area.marks)
        title = next((fact for fact in reversed(loose) if frame and _heads(fact, frame)), None)
        if title is None and pie and loose and "%" not in loose[-1]["text"]:
            title = loose[-1]
        for fact in loose:
            role = "title" if fact is title else "label" if pie else "annotation"
            self.texts.append({**fact, "role": role, "axes": index})
        area.title = title["text"] if title else ""

    def _axis(self, group: ET.Element, axis: str, area: PlotArea, index: int) -> None:
        for child in list(group)[:MAX_ARTISTS]:
            name = child.get("id", "")
            if re.fullmatch(r"[xyz]tick_\d+", name):
                self._tick(child, axis, area, index)
            elif name.startswith("text_") and (fact := self._glyphs.read(child, self._matrix)):
                offset = bool(_OFFSET.fullmatch(fact["text"]))
                self.texts.append({**fact, "role": "tick" if offset else "axis_label", "axes": index, "axis": axis})
                if not offset:
                    area.labels.setdefault(axis, fact["text"])

    def _tick(self, group: ET.Element, axis: str, area: PlotArea, index: int) -> None:
        use = next((use for use in group.iter() if tag(use) == "use" and use.get("x")), None)
        place = self._placed(use)[0 if axis == "x" else 1] if use is not None else None
        for child in group:
            fact = self._glyphs.read(child, self._matrix) if child.get("id", "").startswith("text_") else None
            if fact is None:
                continue
            at = {} if place is None else {"at": round(place, 2)}
            self.texts.append({**fact, "role": "tick", "axes": index, "axis": axis, **at})
            if place is not None:
                area.ticks.setdefault(axis, []).append(Tick(place, fact["text"]))

    def _placed(self, use: ET.Element) -> Point:
        x, y = ((numbers(use.get(name, "")) or [0.0])[0] for name in ("x", "y"))
        return transformed(combined(self._matrix, parsed_transform(use.get("transform"))), x, y)

    def _legend(self, group: ET.Element, area: PlotArea, index: int | None) -> None:
        handle: str | None = None
        held, boxes = False, []
        owner = {} if index is None else {"axes": index}
        for position, child in enumerate(list(group)[:MAX_ARTISTS]):
            if child.get("id", "").startswith("text_"):
                fact = self._glyphs.read(child, self._matrix)
                if fact:
                    self.texts.append({**fact, "role": "legend", **owner, **({} if held else {"axis": "title"})})
                    boxes += [tuple(fact["box"])] if "box" in fact else []
                    area.legend += [(fact["text"], handle)] if held else []
                handle, held = None, False
                continue
            shapes = list(self._shapes(child))
            boxes += [box for box, _, _ in shapes]
            if position or not shapes:
                handle, held = handle or next((shade for _, shade, _ in shapes if shade), None), bool(shapes) or held
        area.legend_box = union(boxes)

    def _shapes(self, group: ET.Element) -> Iterator[tuple[Box, str | None, ET.Element]]:
        """Paths and placed outlines of a group, with box and colour."""
        hidden = {id(inner) for defs in group.iter() if tag(defs) == "defs" for inner in defs.iter()}
        for element in group.iter():
            if id(element) in hidden or tag(element) not in ("path", "use"):
                continue
            box = self._use_box(element) if tag(element) == "use" else self._path_box(element)
            if box is not None:
                yield box, self._shade(element), element

    def _path_box(self, path: ET.Element) -> Box | None:
        return box_of(path_points(path.get("d", "")), self._matrix)

    def _use_box(self, use: ET.Element) -> Box | None:
        name = use.get(_HREF, use.get("href", ""))[1:]
        if name not in self._outlines:
            target = self._named.get(name)
            self._outlines[name] = box_of(path_points(target.get("d", ""))) if target is not None else None
        x0, y0, x1, y1 = self._outlines[name] or (0.0, 0.0, 0.0, 0.0)
        x, y = ((numbers(use.get(side, "")) or [0.0])[0] for side in ("x", "y"))
        return box_of([(x + x0, y + y0), (x + x1, y + y1)], self._matrix)

    @staticmethod
    def _shade(element: ET.Element) -> str | None:
        style = style_of(element)
        return color(style.get("fill", element.get("fill"))) or color(style.get("stroke", element.get("stroke")))

    def _artist(self, group: ET.Element, name: str, area: PlotArea) -> None:
        kind = name.rpartition("_")[0] or name
        if kind == "patch":
            self._patch(group, area)
        elif kind == "line2d":
            self._line(group, area)
        elif tag(group) == "image" or name.startswith("image"):
            corners = [(x, y) for x in _span(group, "x", "width") for y in _span(group, "y", "height")]
            box = box_of(corners, self._matrix)
            area.marks += [Mark("image", box, None)] if box else []
        elif kind.endswith("Collection") or kind == "QuadMesh":
            self._collection(group, kind, area)

    def _patch(self, group: ET.Element, area: PlotArea) -> None:
        path = next((child for child in group if tag(child) == "path"), None)
        box = self._path_box(path) if path is not None else None
        if path is None or box is None:
            return
        outline = path.get("d", "")
        corners = set(path_points(outline))
        straight = "C" not in outline and "Q" not in outline
        if straight and len(corners) <= 2 and not (path.get("clip-path")):
            return
        rectangle = straight and _axis_aligned(corners)
        if rectangle and area.box is None and not area.marks and not path.get("clip-path"):
            area.box = box
            return
        flat = rectangle or len(corners) <= 2
        kind = _curved(outline) if not straight else "bar" if flat else "polygon"
        area.marks.append(Mark(kind, box, self._shade(path)))

    def _line(self, group: ET.Element, area: PlotArea) -> None:
        path = next((child for child in group if tag(child) == "path"), None)
        if path is not None and "stroke" in path.get("style", "") and not _inked(path):
            path = None
        if path is not None:
            points = [transformed(self._matrix, x, y) for x, y in path_points(path.get("d", ""))]
            box = box_of(points)
            if box:
                area.marks.append(Mark("line", box, self._shade(path), points))
            return
        self._points(group, area, "point")

    def _points(self, group: ET.Element, area: PlotArea, kind: str) -> None:
        for box, shade, element in self._shapes(group):
            if len(area.marks) >= MAX_ARTISTS:
                return
            centre = [self._placed(element)] if tag(element) == "use" else []
            area.marks.append(Mark(kind, box, shade, centre))

    def _collection(self, group: ET.Element, kind: str, area: PlotArea) -> None:
        kinds = {"PathCollection": "point", "LineCollection": "rule", "QuadMesh": "image"}
        default = "area" if "PolyCollection" in kind or "FillBetween" in kind else "path"
        name = kinds.get(kind, "surface" if "3D" in kind else default)
        before = len(area.marks)
        self._points(group, area, name)
        for mark in area.marks[before:] if name != "point" else ():
            mark.points = ()


def _span(element: ET.Element, start: str, size: str) -> tuple[float, float]:
    at, extent = ((numbers(element.get(name, "")) or [0.0])[0] for name in (start, size))
    return at, at + extent


def _inked(path: ET.Element) -> bool:
    style = style_of(path)
    return color(style.get("stroke")) is not None and style.get("stroke-opacity") != "0"


def _axis_aligned(corners: set[Point]) -> bool:
    if len(corners) not in (3, 4):
        return False
    xs, ys = {round(x, 3) for x, _ in corners}, {round(y, 3) for _, y in corners}
    return len(xs) <= 2 and len(ys) <= 2


def _curved(outline: str) -> str:
    return "arc" if "C" in outline and "L" in outline else "circle" if "C" in outline else "path"


def _heads(fact: dict[str, Any], frame: Box) -> bool:
    box = fact.get("box")
    if box is None or abs(fact.get("rotation", 0.0)) > 1:
        return False
    middle = (box[0] + box[2]) / 2
    above = (box[1] + box[3]) / 2 < frame[1]
    centred = abs(middle - (frame[0] + frame[2]) / 2) < 0.02 * (frame[2] - frame[0]) + 2
    return above and (centred or box[0] <= frame[0] + 2 or box[2] >= frame[2] - 2) and "%" not in fact["text"][-2:]
