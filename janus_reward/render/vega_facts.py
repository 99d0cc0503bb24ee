"""What a Vega-Lite or Vega chart says about itself: from the specification, and from the SVG that Vega drew."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from janus_reward.render import svg_vega
from janus_reward.render.svg_facts import HREFS, MAX_LIST
from janus_reward.render.svg_geometry import IDENTITY
from janus_reward.render.svg_text import color

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
    marks: Counter[str] = Counter()
    colors: dict[str, None] = {}
    blocked: dict[str, None] = {}
    for element, classes in _walk(root, ""):
        kind, role = _kind_and_role(classes)
        if role == "mark":
            marks[_MARKS.get(kind, kind)] += 1
            _colour(element, colors)
            _address(element, blocked)
    chart = svg_vega.read(root, IDENTITY) or svg_vega.VegaChart()
    return {
        "canvas": canvas,
        "marks": dict(sorted(marks.items())),
        "colors": list(colors)[:MAX_LIST],
        "blocked": list(blocked)[:MAX_LIST],
        **chart.facts(),
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


def _walk(element: ET.Element, classes: str) -> Iterator[tuple[ET.Element, str]]:
    """Leaves of the drawing with the classes of the group that holds them."""
    classes = element.get("class") or classes
    children = [child for child in element if isinstance(child.tag, str)]
    if not children or element.tag.endswith("}text"):
        yield element, "" if element.get("class") in ("background", "foreground") else classes
        return
    for child in children:
        yield from _walk(child, classes)


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
