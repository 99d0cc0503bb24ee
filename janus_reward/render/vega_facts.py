"""What a Vega-Lite or Vega chart says about itself: from the specification, and from the SVG that Vega drew."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from janus_reward.render.svg_facts import (
    HREFS,
    IDENTITY,
    MAX_LIST,
    MAX_TEXT,
    MAX_TEXTS,
    Matrix,
    color,
    combined,
    parsed_transform,
)

_ROLES = {
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
_MARKS = {
    "rect": "bar",
    "symbol": "point",
    "arc": "arc",
    "line": "line",
    "area": "area",
    "rule": "rule",
    "text": "text",
    "image": "image",
    "shape": "path",
    "path": "path",
    "trail": "line",
}
_CHARTS = {
    "bar": "bar",
    "line": "line",
    "trail": "line",
    "point": "scatter",
    "circle": "scatter",
    "square": "scatter",
    "symbol": "scatter",
    "arc": "pie",
    "area": "area",
    "boxplot": "box",
    "errorbar": "errorbar",
    "errorband": "errorbar",
    "geoshape": "map",
    "tick": "strip",
}


def spec_facts(spec: Mapping[str, Any]) -> dict[str, Any]:
    """`chart_types` and `axes` as the specification declares them.

    Args:
        spec: a Vega-Lite or Vega specification.
    """
    units = list(_units(spec, {}))
    types = [chart for mark, encoding in units if (chart := _chart_type(mark, encoding))]
    return {"chart_types": list(dict.fromkeys(types))[:MAX_LIST]}


def drawing_facts(svg: str) -> dict[str, Any]:
    """`canvas`, `texts`, `marks`, `colors` and `axes` of the SVG that Vega drew (trusted to be well-formed)."""
    root = ET.fromstring(svg)
    canvas = [float(root.get("width") or 0), float(root.get("height") or 0)]
    texts: list[dict[str, Any]] = []
    marks: Counter[str] = Counter()
    colors: dict[str, None] = {}
    blocked: dict[str, None] = {}
    for element, matrix, classes in _walk(root, IDENTITY, ""):
        kind, role = _kind_and_role(classes)
        if role == "mark":
            marks[_MARKS.get(kind, kind)] += 1
            _colour(element, colors)
            _address(element, blocked)
        if element.tag.endswith("}text") and element.text:
            texts.append(_text(element, matrix, role))
    axes = _axes(texts)
    return {
        "canvas": canvas,
        "texts": texts[:MAX_TEXTS],
        "marks": dict(sorted(marks.items())),
        "colors": list(colors)[:MAX_LIST],
        "axes": axes,
        "blocked": list(blocked)[:MAX_LIST],
    }


def external_urls(spec: object) -> list[str]:
    """Addresses of data (or images) that the specification wants to load."""
    found: dict[str, None] = {}
    for key, value in _pairs(spec):
        if key == "url" and isinstance(value, str) and not value.startswith("data:"):
            found.setdefault(value.split("?")[0][:200])
    return list(found)[:MAX_LIST]


def _pairs(value: object) -> Iterator[tuple[str, object]]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            if "values" in item and isinstance(item["values"], list):
                item = {key: inner for key, inner in item.items() if key != "values"}
            yield from item.items()
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _units(spec: Mapping[str, Any], outer: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each mark with its encoding, the shared encoding of the layers above included."""
    own = spec.get("encoding")
    encoding = {**outer, **own} if isinstance(own, Mapping) else outer
    mark = spec.get("mark")
    name = mark.get("type") if isinstance(mark, Mapping) else mark
    if isinstance(name, str):
        yield name, encoding
    for key in ("layer", "concat", "hconcat", "vconcat", "marks"):
        for child in spec.get(key) or () if isinstance(spec.get(key), list) else ():
            if isinstance(child, Mapping):
                yield from _vega_mark(child) if key == "marks" else _units(child, encoding)
    inner = spec.get("spec")
    if isinstance(inner, Mapping):
        yield from _units(inner, encoding)


def _vega_mark(mark: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    kind = mark.get("type")
    if kind == "group":
        yield from _units(mark, {})
    elif isinstance(kind, str):
        banded = "band" in json.dumps(mark.get("encode", {}))
        yield ("bar" if kind == "rect" and banded else kind), {}


def _chart_type(mark: str, encoding: Mapping[str, Any]) -> str | None:
    if mark == "rect":
        return "heatmap" if "color" in encoding else "bar"
    if mark == "bar" and any(isinstance(channel, Mapping) and channel.get("bin") for channel in encoding.values()):
        return "histogram"
    return _CHARTS.get(mark)


def _walk(element: ET.Element, matrix: Matrix, classes: str) -> Iterator[tuple[ET.Element, Matrix, str]]:
    """Leaves of the drawing with their matrix and the classes of the group that holds them."""
    matrix = combined(matrix, parsed_transform(element.get("transform")))
    classes = element.get("class") or classes
    children = [child for child in element if isinstance(child.tag, str)]
    if not children or element.tag.endswith("}text"):
        yield element, matrix, "" if element.get("class") in ("background", "foreground") else classes
        return
    for child in children:
        yield from _walk(child, matrix, classes)


def _kind_and_role(classes: str) -> tuple[str, str]:
    kind = re.search(r"mark-([a-z]+)", classes)
    role = re.search(r"role-([a-z-]+)", classes)
    return (kind.group(1) if kind else ""), (role.group(1) if role else "")


def _colour(element: ET.Element, colors: dict[str, None]) -> None:
    for name in ("fill", "stroke"):
        shade = color(element.get(name))
        if shade:
            colors.setdefault(shade)


def _address(element: ET.Element, blocked: dict[str, None]) -> None:
    """Pictures that image marks ask for; none is ever loaded."""
    for name in HREFS:
        value = element.get(name, "")
        if value and not value.startswith("data:"):
            blocked.setdefault(value.split("?")[0][:200])


def _text(element: ET.Element, matrix: Matrix, role: str) -> dict[str, Any]:
    words = " ".join("".join(element.itertext()).split())[:MAX_TEXT]
    size = float(re.sub(r"[^0-9.]", "", element.get("font-size", "11")) or 11)
    width = 0.52 * size * len(words)
    shift = {"middle": 0.5, "end": 1.0}.get(element.get("text-anchor", ""), 0.0) * width
    a, b, c, d, e, f = matrix
    corners = [
        (a * x + c * y + e, b * x + d * y + f) for x in (-shift, width - shift) for y in (-0.8 * size, 0.2 * size)
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    fact: dict[str, Any] = {
        "role": _ROLES.get(role, "text"),
        "text": words,
        "box": [round(value, 2) for value in (min(xs), min(ys), max(xs), max(ys))],
        "size": size,
        "rotation": -90.0 if b < -0.5 else 90.0 if b > 0.5 else 0.0,
    }
    shade = color(element.get("fill"))
    return {**fact, "color": shade} if shade else fact


def _axes(texts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One plotting area with what is written around it; the rotated axis title is that of y."""
    labels = [text for text in texts if text["role"] == "axis_label"]
    ticks = [text for text in texts if text["role"] == "tick"]
    if not labels and not ticks:
        return []
    return [
        {
            "title": next((text["text"] for text in texts if text["role"] == "title"), None),
            "x_label": next((text["text"] for text in labels if not text["rotation"]), None),
            "y_label": next((text["text"] for text in labels if text["rotation"]), None),
            "legend": [text["text"] for text in texts if text["role"] == "legend"][:MAX_LIST],
        }
    ]
