"""Plane geometry of SVG documents: matrices, the points of a path, the boxes of shapes. Pure functions, bounded."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Box = tuple[float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TRANSFORM = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)")
_COMMAND = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])([^MmLlHhVvCcSsQqTtAaZz]*)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_MAX_PATH = 100_000
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


def tag(element: ET.Element) -> str:
    """Name of an element without its namespace; empty for comments."""
    name = element.tag
    return name.rsplit("}", 1)[-1] if isinstance(name, str) else ""


def style_of(element: ET.Element) -> dict[str, str]:
    """The declarations of a `style` attribute."""
    pairs = (part.partition(":") for part in element.get("style", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if value}


def numbers(text: str) -> list[float]:
    """The numbers of an attribute; empty when one of them is not finite."""
    values = [float(number) for number in _NUMBER.findall(text[:2000])]
    return values if all(map(math.isfinite, values)) else []


def length(text: str | None) -> float | None:
    """A CSS length in CSS pixels; `None` for percentages and what cannot be read."""
    match = re.fullmatch(rf"\s*({_NUMBER.pattern})\s*([a-z]*)\s*", text or "")
    if match is None or match.group(2) not in _UNITS:
        return None
    return float(match.group(1)) * _UNITS[match.group(2)]


def transformed(matrix: Matrix, x: float, y: float) -> Point:
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
        part = _part(name, numbers(arguments))
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


def box_of(points: Iterable[Point], matrix: Matrix = IDENTITY) -> Box | None:
    """The box around points after a matrix; `None` without points or beyond floats."""
    moved = [transformed(matrix, x, y) for x, y in points]
    if not moved or not all(math.isfinite(value) for point in moved for value in point):
        return None
    xs, ys = [x for x, _ in moved], [y for _, y in moved]
    return (min(xs), min(ys), max(xs), max(ys))


def rounded(box: Box) -> list[float]:
    """A box as a fact: to hundredths."""
    return [round(value, 2) + 0.0 for value in box]


def union(boxes: Iterable[Box]) -> Box | None:
    """The box around boxes."""
    return box_of([corner for x0, y0, x1, y1 in boxes for corner in ((x0, y0), (x1, y1))])


def shape_points(element: ET.Element) -> list[Point]:
    """Points whose box is that of a shape, in its own coordinates; empty for anything that is no shape."""
    kind = tag(element)
    if kind == "path":
        return path_points(element.get("d", ""))
    if kind in ("polyline", "polygon"):
        values = [float(number) for number in _NUMBER.findall(element.get("points", "")[:_MAX_PATH])]
        return list(zip(values[::2], values[1::2], strict=False))
    return _simple_points(element, kind)


def _simple_points(element: ET.Element, kind: str) -> list[Point]:
    def value(name: str) -> float:
        return (numbers(element.get(name, "")) or [0.0])[0]

    if kind in ("rect", "image"):
        x, y = value("x"), value("y")
        return [(x, y), (x + value("width"), y), (x + value("width"), y + value("height")), (x, y + value("height"))]
    if kind in ("circle", "ellipse"):
        cx, cy = value("cx"), value("cy")
        rx, ry = (value("r"), value("r")) if kind == "circle" else (value("rx"), value("ry"))
        return [(cx - rx, cy - ry), (cx + rx, cy + ry)]
    if kind == "line":
        return [(value("x1"), value("y1")), (value("x2"), value("y2"))]
    return []


def path_points(d: str) -> list[Point]:
    """End points, control points and arc tops of a path: their box holds the path (SVG 2, section 9.3)."""
    found: list[Point] = []
    here = start = (0.0, 0.0)
    for command, arguments in _COMMAND.findall(d[:_MAX_PATH]):
        kind, relative = command.upper(), command.islower()
        if kind == "Z":
            here = start
        for chunk in _chunks([float(number) for number in _NUMBER.findall(arguments)], _TAKES[kind]):
            points = _absolute(kind, chunk, here, relative)
            found += [*_arc_tops(chunk, here, points[-1]), *points] if kind == "A" else points
            here = points[-1]
            start = here if kind == "M" else start
    return found


def _chunks(values: list[float], size: int) -> Iterator[list[float]]:
    if size:
        yield from (values[at : at + size] for at in range(0, len(values) - size + 1, size))


def _absolute(kind: str, chunk: list[float], here: Point, relative: bool) -> list[Point]:
    dx, dy = here if relative else (0.0, 0.0)
    if kind == "H":
        return [(chunk[0] + dx, here[1])]
    if kind == "V":
        return [(here[0], chunk[0] + dy)]
    pairs = chunk[-2:] if kind == "A" else chunk
    return [(x + dx, y + dy) for x, y in zip(pairs[::2], pairs[1::2], strict=True)]


def _arc_tops(chunk: list[float], here: Point, end: Point) -> list[Point]:
    """The point of an arc farthest from its chord, and for arcs over half a turn the whole circle's box."""
    radius, large, sweep = max(abs(chunk[0]), abs(chunk[1])), bool(chunk[3]), bool(chunk[4])
    chord = math.dist(here, end)
    if chord == 0 or radius == 0:
        return []
    half = math.sqrt(max(radius * radius - chord * chord / 4, 0.0))
    side = 1.0 if sweep else -1.0
    normal = ((end[1] - here[1]) / chord * side, -(end[0] - here[0]) / chord * side)
    middle = ((here[0] + end[0]) / 2, (here[1] + end[1]) / 2)
    rise = max(radius, chord / 2) + (half if large else -half)
    top = (middle[0] + normal[0] * rise, middle[1] + normal[1] * rise)
    if not large:
        return [top]
    centre = (middle[0] + normal[0] * half, middle[1] + normal[1] * half)
    return [top, (centre[0] - radius, centre[1] - radius), (centre[0] + radius, centre[1] + radius)]
