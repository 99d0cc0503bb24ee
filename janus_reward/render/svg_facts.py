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

from PIL import ImageColor

Matrix = tuple[float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
MAX_TEXTS, MAX_LIST, MAX_TEXT = 2000, 50, 500
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
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_UNITS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "em": 16.0,
    "rem": 16.0,
}
_TRANSFORM = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)")
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
        self._root = ET.fromstring(text)
        if _tag(self._root) != "svg":
            raise SvgError(f"the root element is <{_tag(self._root)}>, not <svg>")

    @cached_property
    def canvas(self) -> tuple[float, float]:
        """Width and height in CSS pixels: from the attributes, else the viewBox, else 300 by 150."""
        box = _numbers(self._root.get("viewBox", ""))
        width, height = _length(self._root.get("width")), _length(self._root.get("height"))
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
        elements = Counter(_tag(element) for element in self._root.iter())
        marks = Counter(_MARKS[tag] for tag in elements.elements() if tag in _MARKS)
        return {
            "canvas": [round(side, 3) for side in self.canvas],
            "elements": dict(sorted(elements.items())[:MAX_LIST]),
            "marks": dict(sorted(marks.items())),
            "texts": self.texts(),
            "colors": self.colors(),
            "unresolved_ids": self.unresolved(),
            "animated": any(tag.startswith("animate") or tag == "set" for tag in elements),
        }

    def texts(self) -> list[dict[str, Any]]:
        """Texts with approximate boxes in canvas units, in document order."""
        found = [
            _text_fact(element, matrix, style, self._scale)
            for element, matrix, style in _walk(self._root, self._scale, {})
            if _tag(element) == "text"
        ]
        title = next((child.text for child in self._root if _tag(child) == "title" and child.text), None)
        named = [{"role": "label", "text": title.strip()[:MAX_TEXT]}] if title and title.strip() else []
        glyphs = [{"role": "text", "text": text[:MAX_TEXT]} for text in self._glyph_texts()]
        return [fact for fact in (*named, *found, *glyphs) if fact["text"]][:MAX_TEXTS]

    def colors(self) -> list[str]:
        """Fill and stroke colours by first appearance."""
        found: dict[str, None] = {}
        for element in self._root.iter():
            style = _style(element)
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
            found += _ADDRESS.findall((element.text or "") if _tag(element) == "style" else "")
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
                if value and not value.startswith(("#", "data:")) and _tag(element) != "a":
                    yield element, name, value

    @cached_property
    def _scale(self) -> Matrix:
        box = _numbers(self._root.get("viewBox", ""))
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


def color(value: str | None) -> str | None:
    """A CSS colour as #rrggbb; `None` for none, gradients, inherited and unknown ones."""
    if not value or value.strip().lower() in ("none", "transparent", "currentcolor", "inherit"):
        return None
    try:
        red, green, blue = ImageColor.getrgb(value.strip())[:3]
    except (ValueError, TypeError):
        return None
    return f"#{red:02x}{green:02x}{blue:02x}"


def transformed(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """A point through a matrix."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def combined(outer: Matrix, inner: Matrix) -> Matrix:
    """The matrix that applies `inner` first."""
    a, b, c, d, e, f = inner
    left, right = (outer[0], outer[1]), (outer[2], outer[3])
    return (
        left[0] * a + right[0] * b,
        left[1] * a + right[1] * b,
        left[0] * c + right[0] * d,
        left[1] * c + right[1] * d,
        *transformed(outer, e, f),
    )


def parsed_transform(text: str | None) -> Matrix:
    """The matrix of a `transform` attribute; parts that cannot be read are left out."""
    matrix = IDENTITY
    for name, arguments in _TRANSFORM.findall(text or ""):
        part = _part(name, _numbers(arguments))
        matrix = combined(matrix, part) if part else matrix
    return matrix


def _part(name: str, values: list[float]) -> Matrix | None:
    match name, values:
        case "matrix", [a, b, c, d, e, f]:
            return (a, b, c, d, e, f)
        case "translate", [x, *rest]:
            return (1.0, 0.0, 0.0, 1.0, x, rest[0] if rest else 0.0)
        case "scale", [x, *rest]:
            return (x, 0.0, 0.0, rest[0] if rest else x, 0.0, 0.0)
        case "rotate", [angle]:
            return _rotation(angle)
        case "rotate", [angle, x, y]:
            there, back = (1.0, 0.0, 0.0, 1.0, x, y), (1.0, 0.0, 0.0, 1.0, -x, -y)
            return combined(combined(there, _rotation(angle)), back)
        case _:
            return None


def _rotation(degrees: float) -> Matrix:
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    return (cosine, sine, -sine, cosine, 0.0, 0.0)


def _walk(
    element: ET.Element, matrix: Matrix, style: dict[str, str]
) -> Iterator[tuple[ET.Element, Matrix, dict[str, str]]]:
    """Each element that is drawn, with its matrix to the canvas and its inherited text style."""
    if _tag(element) in ("defs", "symbol", "clipPath", "mask", "marker", "pattern", "metadata", "style", "script"):
        return
    own = _style(element)
    if (own.get("display") or element.get("display")) == "none":
        return
    matrix = combined(matrix, parsed_transform(element.get("transform")))
    style = {**style, **{name: value for name in _INHERITED if (value := own.get(name) or element.get(name))}}
    yield element, matrix, style
    for child in element:
        yield from _walk(child, matrix, style)


_INHERITED = ("font-size", "text-anchor", "fill", "font-weight")


def _text_fact(element: ET.Element, matrix: Matrix, style: dict[str, str], scale: Matrix) -> dict[str, Any]:
    words = " ".join("".join(element.itertext()).split())[:MAX_TEXT]
    font_size = _length(style.get("font-size")) or 16.0
    stretch = math.hypot(matrix[0], matrix[1]) or 1.0
    first = next((child for child in element.iter() if child.get("x") or child.get("y")), element)
    x, y = (_numbers(first.get(name, "0")) or [0.0] for name in ("x", "y"))
    left = x[0] - {"middle": 0.5, "end": 1.0}.get(style.get("text-anchor", ""), 0.0) * 0.55 * font_size * len(words)
    right = left + 0.55 * font_size * len(words)
    corners = [
        transformed(matrix, a, b) for a in (left, right) for b in (y[0] - 0.8 * font_size, y[0] + 0.2 * font_size)
    ]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    fact: dict[str, Any] = {"role": "text", "text": words}
    if all(map(math.isfinite, (*matrix, *xs, *ys, stretch))):
        fact["box"] = [round(value, 2) for value in (min(xs), min(ys), max(xs), max(ys))]
        fact["size"] = round(font_size * stretch, 2)
        fact["rotation"] = round(math.degrees(math.atan2(matrix[1], matrix[0])), 1)
    shade = color(style.get("fill", "#000000"))
    return {**fact, "color": shade} if shade else fact


def _style(element: ET.Element) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.get("style", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if value}


def _tag(element: ET.Element) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _numbers(text: str) -> list[float]:
    values = [float(number) for number in _NUMBER.findall(text[:2000])]
    return values if all(map(math.isfinite, values)) else []


def _length(text: str | None) -> float | None:
    match = re.fullmatch(rf"\s*({_NUMBER.pattern})\s*([a-z]*)\s*", text or "")
    if match is None or match.group(2) not in _UNITS:
        return None
    return float(match.group(1)) * _UNITS[match.group(2)]


def _depth(text: str) -> int:
    depth = deepest = 0
    for closing, ending in re.findall(r"<(/?)[A-Za-z][^<>]*?(/?)>", text):
        if closing:
            depth -= 1
        elif not ending:
            depth += 1
            deepest = max(deepest, depth)
    return deepest
