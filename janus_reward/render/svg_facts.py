"""What an SVG document says about itself: elements, texts with boxes, colours, marks, dangling references.

Pure functions over the standard library's parser. Documents that declare entities are refused before parsing.
"""

from __future__ import annotations

import copy
import math
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from janus_reward.render import svg_chart
from janus_reward.render.svg_geometry import (
    IDENTITY,
    Matrix,
    combined,
    length,
    numbers,
    parsed_transform,
    style_of,
    tag,
)
from janus_reward.render.svg_text import MAX_TEXT, color, text_fact

MAX_TEXTS, MAX_LIST = 2000, 50
MAX_DEPTH = 400

_MARKS = {
    "rect": "rect",
    "circle": "circle",
    "ellipse": "ellipse",
    "line": "line",
    "polyline": "line",
    "polygon": "polygon",
    "path": "path",
    "image": "image",
    "text": "text",
    "use": "use",
}
_SVG = "{http://www.w3.org/2000/svg}"
HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_GLYPH_TEXT = re.compile(r"<!--((?:(?!-->).){1,500})-->\s*<g\b", re.DOTALL)
_ADDRESS = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])(?!data:|[#\s'\")])([^'\")]{1,500})")


class SvgError(ValueError):
    """The document cannot be used, and why."""


class SvgDocument:
    """A parsed SVG.

    Args:
        text: the whole document.

    Raises:
        SvgError: it declares entities, is no SVG, is nested too deeply, or has no drawable size.
        xml.etree.ElementTree.ParseError: it is not well-formed.
    """

    def __init__(self, text: str) -> None:
        if re.search(r"<!ENTITY", text, re.IGNORECASE):
            raise SvgError("the document declares entities, which are not expanded here")
        if _depth(text) > MAX_DEPTH:
            raise SvgError(f"elements are nested more than {MAX_DEPTH} deep")
        self._text = text
        self._root = ET.fromstring(text, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))
        if tag(self._root) != "svg":
            raise SvgError(f"the root element is <{tag(self._root)}>, not <svg>")

    @cached_property
    def canvas(self) -> tuple[float, float]:
        """Width and height in CSS pixels: from the attributes, else the viewBox, else 300 by 150."""
        box = numbers(self._root.get("viewBox", ""))
        width, height = length(self._root.get("width")), length(self._root.get("height"))
        if len(box) == 4 and box[2] > 0 and box[3] > 0:
            if width is None and height is None:
                width, height = box[2], box[3]
            elif width is None and height is not None:
                width = height * box[2] / box[3]
            elif height is None and width is not None:
                height = width * box[3] / box[2]
        size = (300.0 if width is None else width, 150.0 if height is None else height)
        if min(size) <= 0 or not all(map(math.isfinite, size)) or max(size) / min(size) > 200:
            raise SvgError(f"a canvas of {size[0]:g} by {size[1]:g} cannot be drawn")
        return size

    def facts(self) -> dict[str, Any]:
        """The facts of `docs/render-facts.md` that a document alone can give."""
        elements = Counter(name for element in self._root.iter() if (name := tag(element)))
        marks = Counter(_MARKS[name] for name in elements.elements() if name in _MARKS)
        return {
            "canvas": [round(side, 3) for side in self.canvas],
            "elements": dict(sorted(elements.items())[:MAX_LIST]),
            "marks": dict(sorted(marks.items())),
            "texts": self.texts(),
            "colors": self.colors(),
            "unresolved_ids": self.unresolved(),
            "animated": any(name.startswith("animate") or name == "set" for name in elements),
            **svg_chart.chart_facts(self._root, self._scale, self.canvas),
        }

    def texts(self) -> list[dict[str, Any]]:
        """Texts with approximate boxes in canvas units, in document order."""
        found = [
            text_fact(element, matrix, style)
            for element, matrix, style in _walk(self._root, self._scale, {})
            if tag(element) == "text"
        ]
        title = next((child.text for child in self._root if tag(child) == "title" and child.text), None)
        named = [{"role": "label", "text": title.strip()[:MAX_TEXT]}] if title and title.strip() else []
        glyphs = [{"role": "text", "text": text[:MAX_TEXT]} for text in self._glyph_texts()]
        return [fact for fact in (*named, *found, *glyphs) if fact["text"]][:MAX_TEXTS]

    def colors(self) -> list[str]:
        """Fill and stroke colours by first appearance."""
        found: dict[str, None] = {}
        for element in self._root.iter():
            style = style_of(element)
            for name in ("fill", "stroke", "stop-color"):
                value = color(element.get(name) or style.get(name))
                if value:
                    found.setdefault(value)
        return list(found)[:MAX_LIST]

    def unresolved(self) -> list[str]:
        """References to ids that the document does not have."""
        known = {element.get("id") for element in self._root.iter()}
        asked: dict[str, None] = {}
        for element in self._root.iter():
            for name, value in element.attrib.items():
                local = value[1:] if name in HREFS and value.startswith("#") else None
                for target in [local] if local else re.findall(r"url\(\s*['\"]?#([^)'\"]+)", value):
                    if target not in known:
                        asked.setdefault(target[:100])
        return list(asked)[:MAX_LIST]

    def external(self) -> list[str]:
        """Addresses outside the document that it asks for; none is ever loaded."""
        found = [value for _, _, value in self._external()]
        for element in self._root.iter():
            found += _ADDRESS.findall((element.text or "") if tag(element) == "style" else "")
            found += [address for value in element.attrib.values() for address in _ADDRESS.findall(value)]
        return sorted({value.strip().split("?")[0][:200] for value in found})[:MAX_LIST]

    def drawable(self) -> str:
        """The document as it is drawn: nothing from outside of it, and a root transform as browsers apply it."""
        outside = list(self._external())
        if not outside and self._root.get("transform") is None:
            return self._text
        for element, name, _ in outside:
            del element.attrib[name]
        return ET.tostring(self._turned(), encoding="unicode")

    def _turned(self) -> ET.Element:
        """The root inside a group that turns it about its middle (CSS Transforms 1: the origin of an outermost svg)."""
        transform = self._root.get("transform")
        if transform is None:
            return self._root
        width, height = (f"{side:g}" for side in self.canvas)
        middle = [side / 2 for side in self.canvas]
        outer = ET.Element(f"{_SVG}svg", {"width": width, "height": height, "viewBox": f"0 0 {width} {height}"})
        there, back = f"translate({middle[0]:g} {middle[1]:g})", f"translate({-middle[0]:g} {-middle[1]:g})"
        group = ET.SubElement(outer, f"{_SVG}g", {"transform": f"{there} {transform} {back}"})
        inner = copy.copy(self._root)
        inner.attrib = {**self._root.attrib, "width": width, "height": height}
        del inner.attrib["transform"]
        group.append(inner)
        return outer

    def _external(self) -> Iterator[tuple[ET.Element, str, str]]:
        for element in self._root.iter():
            for name in HREFS:
                value = element.get(name)
                if value and not value.startswith(("#", "data:")) and tag(element) != "a":
                    yield element, name, value

    @cached_property
    def _scale(self) -> Matrix:
        box = numbers(self._root.get("viewBox", ""))
        if len(box) != 4 or box[2] <= 0 or box[3] <= 0:
            return IDENTITY
        scale = min(self.canvas[0] / box[2], self.canvas[1] / box[3])
        left = (self.canvas[0] - scale * box[2]) / 2 - scale * box[0]
        top = (self.canvas[1] - scale * box[3]) / 2 - scale * box[1]
        return (scale, 0.0, 0.0, scale, left, top)

    def _glyph_texts(self) -> list[str]:
        """Words of a document that draws text as outlines and keeps the words in comments, as matplotlib does."""
        if 'id="text_' not in self._text:
            return []
        words = (match.replace("- -", "--") for match in _GLYPH_TEXT.findall(self._text))
        return [" ".join(word.split()) for word in words]


def _walk(
    element: ET.Element, matrix: Matrix, style: dict[str, str]
) -> Iterator[tuple[ET.Element, Matrix, dict[str, str]]]:
    """Each element that is drawn, with its matrix to the canvas and its inherited text style."""
    if tag(element) in ("defs", "symbol", "clipPath", "mask", "marker", "pattern", "metadata", "style", "script"):
        return
    own = style_of(element)
    if (own.get("display") or element.get("display")) == "none":
        return
    matrix = combined(matrix, parsed_transform(element.get("transform")))
    style = {**style, **{name: value for name in _INHERITED if (value := own.get(name) or element.get(name))}}
    yield element, matrix, style
    for child in element:
        yield from _walk(child, matrix, style)


_INHERITED = ("font-size", "text-anchor", "fill", "font-weight")


def _depth(text: str) -> int:
    depth = deepest = 0
    for closing, ending in re.findall(r"<(/?)[A-Za-z][^<>]*?(/?)>", text):
        if closing:
            depth -= 1
        elif not ending:
            depth += 1
            deepest = max(deepest, depth)
    return deepest
