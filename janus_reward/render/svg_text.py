"""Texts of SVG documents with their boxes: real `<text>`, and text that matplotlib drew as glyph outlines."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from PIL import ImageColor

from janus_reward.render.svg_geometry import (
    IDENTITY,
    Box,
    Matrix,
    box_of,
    combined,
    length,
    numbers,
    parsed_transform,
    path_points,
    rounded,
    style_of,
    tag,
    transformed,
    union,
)

MAX_TEXT = 500
_HREF = "{http://www.w3.org/1999/xlink}href"
_NARROW = frozenset("iljItf.,:;|!'()[]/ ")
_WIDE = frozenset("mwMW@%—")


def color(value: str | None) -> str | None:
    """A CSS colour as #rrggbb; `None` for none, gradients, inherited and unknown ones."""
    if not value or value.strip().lower() in ("none", "transparent", "currentcolor", "inherit"):
        return None
    try:
        red, green, blue = ImageColor.getrgb(value.strip())[:3]
    except (ValueError, TypeError):
        return None
    return f"#{red:02x}{green:02x}{blue:02x}"


def advance(words: str) -> float:
    """Estimated width of a text in ems of a sans-serif face."""
    return sum(0.32 if letter in _NARROW else 0.86 if letter in _WIDE else _usual(letter) for letter in words)


def _usual(letter: str) -> float:
    return 1.0 if ord(letter) > 0x2E80 else 0.66 if letter.isupper() else 0.57


def text_fact(element: ET.Element, matrix: Matrix, style: Mapping[str, str], width: float = 1.0) -> dict[str, Any]:
    """The fact of a `<text>`: words, estimated box, size, rotation and colour.

    Args:
        element: the `<text>`.
        matrix: from the text's own coordinates to the canvas.
        style: inherited `font-size`, `text-anchor` and `fill`.
        width: of the face, as a share of DejaVu Sans'.
    """
    words = " ".join("".join(element.itertext()).split())[:MAX_TEXT]
    font_size = length(style.get("font-size")) or 16.0
    stretch = math.hypot(matrix[0], matrix[1]) or 1.0
    first = next((child for child in element.iter() if child.get("x") or child.get("y")), element)
    x, y = (numbers(first.get(name, "0")) or [0.0] for name in ("x", "y"))
    width *= advance(words) * font_size
    left = x[0] - {"middle": 0.5, "end": 1.0}.get(style.get("text-anchor", ""), 0.0) * width
    top, bottom = y[0] - 0.8 * font_size, y[0] + 0.2 * font_size
    box = box_of([(a, b) for a in (left, left + width) for b in (top, bottom)], matrix)
    fact: dict[str, Any] = {"role": "text", "text": words}
    if box is not None and math.isfinite(stretch):
        fact["box"] = rounded(box)
        fact["size"] = round(font_size * stretch, 2)
        fact["rotation"] = round(math.degrees(math.atan2(matrix[1], matrix[0])), 1)
    shade = color(style.get("fill", "#000000"))
    return {**fact, "color": shade} if shade else fact


class GlyphTexts:
    """Reads the text groups of matplotlib: words in comments, letters as references to outlines.

    Args:
        root: a document parsed with its comments.
    """

    def __init__(self, root: ET.Element) -> None:
        self._root = root
        self._extents: dict[str, Box | None] = {}

    @cached_property
    def _outlines(self) -> dict[str, ET.Element]:
        return {name: path for path in self._root.iter() if (name := path.get("id")) and tag(path) == "path"}

    def read(self, group: ET.Element, matrix: Matrix) -> dict[str, Any] | None:
        """The fact of one text group, its box the outlines' own; `None` when it holds no words."""
        words = " ".join(" ".join((child.text or "") for child in group if callable(child.tag)).split())
        lines = [(child, combined(matrix, parsed_transform(child.get("transform")))) for child in group]
        lines = [(child, line) for child, line in lines if tag(child) == "g"]
        if not words or not lines:
            return self._real(group, matrix)
        boxes = [box for child, line in lines if (box := self._line_box(child, line))]
        first = lines[0][1]
        size = 100 * math.hypot(first[2], first[3])
        fact: dict[str, Any] = {"role": "text", "text": words.replace("- -", "--")[:MAX_TEXT]}
        box = union(boxes)
        if box is not None and math.isfinite(size):
            fact |= {"box": rounded(box), "size": round(size, 2)}
            fact["rotation"] = round(math.degrees(math.atan2(first[1], first[0])), 1) + 0.0
        style = next((style_of(child) for child, _ in lines), {})
        return {**fact, "color": color(style.get("fill", "#000000")) or "#000000"}

    def _real(self, group: ET.Element, matrix: Matrix) -> dict[str, Any] | None:
        """A group whose text was kept as text (`svg.fonttype: none`)."""
        for element in group.iter():
            if tag(element) == "text":
                own = style_of(element)
                font = own.get("font", "").split()
                size = next((part for part in font if length(part.split("/")[0])), "10px")
                style = {"font-size": size, **own}
                fact = text_fact(element, combined(matrix, parsed_transform(element.get("transform"))), style)
                return fact if fact["text"] else None
        return None

    def _line_box(self, line: ET.Element, matrix: Matrix) -> Box | None:
        corners = []
        for use in line.iter():
            extent = self._extent(use.get(_HREF, use.get("href", ""))[1:]) if tag(use) == "use" else None
            if extent is not None:
                own = combined(matrix, parsed_transform(use.get("transform")))
                x0, y0, x1, y1 = extent
                dx, dy = ((numbers(use.get(name, "")) or [0.0])[0] for name in ("x", "y"))
                corners += [transformed(own, x + dx, y + dy) for x in (x0, x1) for y in (y0, y1)]
        return box_of(corners, IDENTITY)

    def _extent(self, name: str) -> Box | None:
        if name not in self._extents:
            path = self._outlines.get(name)
            found = path_points(path.get("d", "")) if path is not None else []
            self._extents[name] = box_of(found, parsed_transform(path.get("transform"))) if path is not None else None
        return self._extents[name]
