"""An SVG document as shapes with boxes: what is drawn, where, and whether anybody can see it.

Read from the source, never executed: at most 5,000 elements, 200,000 characters, styles of classes by simple selectors.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from janus_reward.colors import RGB
from janus_reward.evidence import palette
from janus_reward.evidence.markup import Wellformed, read_xml
from janus_reward.evidence.view import View
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
    shape_points,
    style_of,
    tag,
)

_ELEMENTS = 5_000
SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "image"})
_UNDRAWN = frozenset({"defs", "symbol", "clipPath", "mask", "marker", "pattern", "metadata", "style", "script"})
_UNDRAWN |= {"linearGradient", "radialGradient", "filter", "title", "desc"}
_KNOWN = (
    SHAPES | _UNDRAWN | {"svg", "g", "a", "use", "text", "tspan", "textPath", "switch", "view", "stop", "foreignObject"}
)
_KNOWN |= {"animate", "animateMotion", "animateTransform", "set", "mpath", "hatch", "hatchpath", "mesh", "solidcolor"}
_PAINT = ("fill", "stroke", "opacity", "fill-opacity", "stroke-opacity", "display", "visibility", "stroke-width")
_INHERITED = frozenset(_PAINT) - {"opacity", "display"}
_RULE = re.compile(r"([^{}]{1,200})\{([^{}]{0,2000})\}")
_COMMANDS = re.compile(r"[MmLlHhVvCcSsQqTtAaZz]")
_BAD_NUMBER = re.compile(r"\b(?:NaN|undefined|Infinity|null|None)\b")
_NUMERIC = frozenset({"d", "points", "x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "x1", "y1", "x2", "y2"})
_NUMERIC |= {"viewBox", "transform"}
_ACROSS, _DOWN = ("x", "width", "cx", "rx", "x1", "x2"), ("y", "height", "cy", "ry", "y1", "y2")
_FRACTION = re.compile(r"\d*\.(\d+)")


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape that the document asks for.

    Args:
        kind: its tag.
        box: (x0, y0, x1, y1) in user units of the root, stroke included; `None` when nothing has an extent.
        hidden: its paint leaves nothing to see.
        opaque: a rectangle filled so that nothing shines through it.
        colors: what it is filled and stroked with, where that is one colour.
        effects: it is clipped, masked or filtered, so that its box says little.
        filled: its fill can be seen.
        stroke: width of its visible stroke in user units of the root, 0 without one.
    """

    kind: str
    box: Box | None
    hidden: bool
    opaque: bool
    colors: tuple[RGB, ...]
    effects: bool
    source: tuple[str, ...]
    filled: bool = False
    stroke: float = 0.0


@dataclass(slots=True)
class Drawing:
    """What a document draws, in drawing order, and its bookkeeping."""

    viewport: Box | None
    view_box_ok: bool
    shapes: list[Shape] = field(default_factory=list)
    texts: int = 0
    elements: int = 0
    groups: int = 0
    idle_groups: int = 0
    commands: int = 0
    bad_numbers: int = 0
    unknown: int = 0
    decimals: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


def parsed(view: View) -> tuple[Wellformed, ET.Element | None]:
    """The document of an SVG triple, parsed once for all signals."""
    return read_xml(view.code or "")


def drawing(view: View) -> Drawing | None:
    """The drawing of an SVG triple; `None` when it is none or does not parse."""
    if view.language != "svg" or view.code is None or view.capped:
        return None
    root = view.once(parsed)[1]
    if root is None or tag(root) != "svg":
        return None
    viewport, sane = _viewport(root)
    found = Drawing(viewport, sane)
    _collect(root, found, _class_styles(root))
    return found


def _viewport(root: ET.Element) -> tuple[Box | None, bool]:
    """The visible part of user space, and whether the root declares it without contradiction."""
    given = root.get("viewBox")
    box = numbers(given) if given else []
    width, height = length(root.get("width")), length(root.get("height"))
    if len(box) == 4 and all(1e-6 < side < 1e9 for side in box[2:]) and all(abs(at) < 1e6 for at in box[:2]):
        sides_fit = not (width and height) or 0.2 < (width / height) / (box[2] / box[3]) < 5
        return (box[0], box[1], box[0] + box[2], box[1] + box[3]), sides_fit
    if width and height and 1e-6 < width < 1e9 and 1e-6 < height < 1e9:
        return (0.0, 0.0, width, height), given is None
    return None, False


def _class_styles(root: ET.Element) -> dict[str, dict[str, str]]:
    """Declarations of the style sheets by simple selector (`.a`, `#b`, `rect`)."""
    styles: dict[str, dict[str, str]] = {}
    for element in root.iter():
        if tag(element) != "style":
            continue
        for selectors, body in _RULE.findall((element.text or "")[:50_000]):
            pairs = (part.partition(":") for part in body.split(";"))
            made = {name.strip(): value.strip() for name, _, value in pairs if value}
            for selector in selectors.split(",")[:20]:
                styles.setdefault(selector.strip(), {}).update(made)
    return styles


def _collect(root: ET.Element, found: Drawing, styles: dict[str, dict[str, str]]) -> None:
    stack: list[tuple[ET.Element, Matrix, dict[str, str], bool]] = [(root, IDENTITY, {}, True)]
    while stack and found.elements < _ELEMENTS:
        element, matrix, inherited, drawn = stack.pop()
        kind = tag(element)
        if not kind:
            continue
        _count(element, kind, found)
        paint = _painted(element, kind, inherited, styles)
        if element is not root:
            matrix = combined(matrix, parsed_transform(element.get("transform", "")[:2000]))
        drawn = drawn and kind not in _UNDRAWN
        if drawn and kind in SHAPES:
            found.shapes.append(_shape(_resolved(element, found.viewport), kind, matrix, paint))
        found.texts += drawn and kind == "text"
        stack.extend((child, matrix, paint, drawn) for child in reversed(element))


def _resolved(element: ET.Element, viewport: Box | None) -> ET.Element:
    """The element with its percentages turned into user units of the visible part (SVG 2, section 8.9)."""
    if viewport is None or not any(value.rstrip().endswith("%") for value in element.attrib.values()):
        return element
    plain = ET.Element(element.tag, element.attrib)
    for names, extent in ((_ACROSS, viewport[2] - viewport[0]), (_DOWN, viewport[3] - viewport[1])):
        for name in names:
            value = element.get(name, "").strip()
            if value.endswith("%") and (parts := numbers(value[:40])):
                plain.set(name, f"{parts[0] / 100 * extent:.6g}")
    return plain


def _count(element: ET.Element, kind: str, found: Drawing) -> None:
    found.elements += 1
    found.unknown += _is_unknown(element, kind)
    if kind == "g":
        found.groups += 1
        found.idle_groups += not element.attrib or not len(element)
    if kind == "path":
        found.commands += len(_COMMANDS.findall(element.get("d", "")[:100_000]))
    if (name := element.get("id")) is not None:
        found.ids.append(name[:200])
    for attribute, value in element.attrib.items():
        if attribute not in _NUMERIC:
            continue
        found.bad_numbers += len(_BAD_NUMBER.findall(value[:100_000]))
        if len(found.decimals) < 2_000:
            found.decimals += [len(digits) for digits in _FRACTION.findall(value[:4_000])[:400]]


def _is_unknown(element: ET.Element, kind: str) -> bool:
    """An element of SVG's own namespace (or of none) that SVG 1.1 and 2 do not name; filters begin with `fe`."""
    name = element.tag
    own = isinstance(name, str) and (not name.startswith("{") or name.startswith("{http://www.w3.org/2000/svg}"))
    return own and kind not in _KNOWN and not kind.startswith(("fe", "font", "glyph", "altGlyph", "hkern", "vkern"))


def _painted(
    element: ET.Element, kind: str, inherited: dict[str, str], styles: dict[str, dict[str, str]]
) -> dict[str, str]:
    """How an element is painted; `opacity` and `display` of ancestors stay in force under `above`."""
    own = {name: value for name in _PAINT if (value := element.get(name)) is not None}
    for selector in (kind, *(f".{name}" for name in element.get("class", "").split()[:10]), f"#{element.get('id')}"):
        own |= {name: value for name, value in styles.get(selector, {}).items() if name in _PAINT}
    own |= {name: value for name, value in style_of(element).items() if name in _PAINT}
    above = "gone" if inherited.get("above") or _gone(own) else ""
    kept = {name: value for name, value in inherited.items() if name in _INHERITED}
    return {**kept, **own, "above": above}


def _gone(paint: dict[str, str]) -> bool:
    return paint.get("display") == "none" or _share(paint.get("opacity")) <= 0.01


def _share(text: str | None) -> float:
    """An opacity; 1 when absent or unreadable."""
    values = numbers((text or "")[:40])
    return (values[0] / 100 if "%" in (text or "") else values[0]) if values else 1.0


def _shape(element: ET.Element, kind: str, matrix: Matrix, paint: dict[str, str]) -> Shape:
    fill, stroke = paint.get("fill", "black"), paint.get("stroke", "none")
    fill_seen = kind != "line" and fill not in ("none", "transparent") and _share(paint.get("fill-opacity")) > 0.01
    stroke_seen = stroke not in ("none", "transparent") and _share(paint.get("stroke-opacity")) > 0.01
    painted = kind == "image" or fill_seen or stroke_seen
    hidden = bool(paint["above"]) or paint.get("visibility") in ("hidden", "collapse") or not painted
    fill_color = palette.parse(fill[:40]) if fill_seen else None
    stroke_color = palette.parse(stroke[:40]) if stroke_seen else None
    solid = _share(paint.get("fill-opacity")) >= 0.99 and _share(paint.get("opacity")) >= 0.99
    upright = matrix[1] == matrix[2] == 0
    return Shape(
        kind=kind,
        box=_box(element, kind, matrix, stroke_seen, paint),
        hidden=hidden,
        opaque=kind == "rect" and solid and upright and fill_color is not None and not hidden,
        colors=tuple(color for color in (fill_color, stroke_color) if color is not None),
        effects=any(element.get(name) for name in ("clip-path", "mask", "filter")),
        source=(kind, *(f"{name}={value[:2000]}" for name, value in sorted(element.attrib.items()) if name != "id")),
        filled=fill_seen and fill_color is not None,
        stroke=_width(paint) * math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2])) if stroke_seen else 0.0,
    )


def _width(paint: dict[str, str]) -> float:
    """Width of a stroke in user units of its element, 0 where it is unreadable or absurd."""
    width = length(paint.get("stroke-width", "1")[:40]) or 0.0
    return width if math.isfinite(width) and 0 <= width < 2e9 else 0.0


def _box(element: ET.Element, kind: str, matrix: Matrix, stroked: bool, paint: dict[str, str]) -> Box | None:
    points = path_points(element.get("d", "")) if kind == "path" else shape_points(element)
    raw = box_of(points)
    if raw is None:
        return None
    width, height = raw[2] - raw[0], raw[3] - raw[1]
    if max(width, height) <= 0 or (min(width, height) <= 0 and not stroked) or _flat(kind, width, height):
        return None
    half = _width(paint) / 2 if stroked else 0.0
    corners = [(raw[0] - half, raw[1] - half), (raw[2] + half, raw[1] - half)]
    return box_of([*corners, (raw[0] - half, raw[3] + half), (raw[2] + half, raw[3] + half)], matrix)


def _flat(kind: str, width: float, height: float) -> bool:
    """Rectangles, circles and pictures without width or height are not drawn at all (SVG 2, chapter 10)."""
    return kind in ("rect", "circle", "ellipse", "image") and (width <= 0 or height <= 0)
