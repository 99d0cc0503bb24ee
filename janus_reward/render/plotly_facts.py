"""Facts about a plotly figure, read from its JSON: the figure says what it holds before anything is drawn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from janus_reward.render import plotly_series

MAX_ITEMS = 50
MAX_TEXTS = 2000
MAX_CHARS = 500
_TAG = re.compile(r"<[^>]{0,200}>")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})")

TRACES: dict[str, tuple[str, str]] = {
    "bar": ("bar", "bar"),
    "pie": ("pie", "arc"),
    "sunburst": ("sunburst", "arc"),
    "treemap": ("treemap", "rect"),
    "icicle": ("treemap", "rect"),
    "histogram": ("histogram", "bar"),
    "histogram2d": ("heatmap", "rect"),
    "histogram2dcontour": ("contour", "contour"),
    "heatmap": ("heatmap", "rect"),
    "contour": ("contour", "contour"),
    "box": ("box", "box"),
    "violin": ("violin", "violin"),
    "surface": ("3d", "surface"),
    "mesh3d": ("3d", "surface"),
    "isosurface": ("3d", "surface"),
    "volume": ("3d", "surface"),
    "cone": ("3d", "quiver"),
    "streamtube": ("3d", "quiver"),
    "image": ("image", "image"),
    "table": ("table", "text"),
    "sankey": ("sankey", "path"),
    "funnel": ("funnel", "bar"),
    "funnelarea": ("funnel", "arc"),
    "waterfall": ("waterfall", "bar"),
    "indicator": ("indicator", "text"),
    "candlestick": ("candlestick", "box"),
    "ohlc": ("candlestick", "line"),
    "parcoords": ("parallel", "line"),
    "parcats": ("parallel", "path"),
    "splom": ("scatter", "point"),
    "choropleth": ("map", "polygon"),
    "choroplethmap": ("map", "polygon"),
    "barpolar": ("polar", "bar"),
    "carpet": ("carpet", "line"),
}
"""Trace type to (chart type, kind of mark); scatter traces are told apart by their mode."""


def plotly_facts(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Read the facts of `docs/render-facts.md` of one figure, without boxes: nothing is laid out yet.

    Args:
        figure: a plotly figure as JSON, with `data` and `layout`.
    """
    data = [{**trace, "position": position} for position, trace in enumerate(figure.get("data") or [])]
    traces = [trace for trace in data if trace.get("visible") is not False]
    layout = figure.get("layout") or {}
    types: dict[str, None] = {}
    marks: Counter[str] = Counter()
    for trace in traces:
        for chart_type, mark in _kinds(trace):
            types[chart_type] = None
            marks[mark] += _size(trace, mark)
    return {
        "texts": [{"role": role, "text": text} for role, text in _texts(traces, layout)][:MAX_TEXTS],
        "axes": _plots(traces, layout)[:MAX_ITEMS],
        "marks": dict(marks),
        "chart_types": list(types),
        "colors": _colors(traces)[:MAX_ITEMS],
    }


def _kinds(trace: Mapping[str, Any]) -> list[tuple[str, str]]:
    kind = trace.get("type") or "scatter"
    if not kind.startswith("scatter"):
        return [TRACES.get(kind, (kind, "path"))]
    kinds = [("area", "area")] if trace.get("fill") not in (None, "none") or trace.get("stackgroup") else []
    mode = trace.get("mode") or "lines"
    kinds += [("line", "line")] if "lines" in mode and not kinds else []
    kinds += [("scatter", "point")] if "markers" in mode and "lines" not in mode else []
    kinds += [("text", "text")] if mode == "text" else []
    place = {
        "scatter3d": "3d",
        "scatterpolar": "polar",
        "scattergeo": "map",
        "scattermap": "map",
        "scattermapbox": "map",
    }
    errors = [("errorbar", "errorbar")] if (trace.get("error_y") or trace.get("error_x")) else []
    return ([(place[kind], kinds[0][1])] if kind in place and kinds else []) + errors + kinds


def _size(trace: Mapping[str, Any], mark: str) -> int:
    if mark not in ("bar", "point", "arc") or trace.get("type") == "histogram":
        return 1
    sizes = [_length(trace.get(name)) for name in ("x", "y", "values", "r", "lat", "locations")]
    return max(*sizes, 1)


def _length(values: Any) -> int:
    if isinstance(values, Mapping) and "shape" not in values:
        return len(str(values.get("bdata", ""))) * 3 // 4 // _width(str(values.get("dtype", "f8")))
    return len(values) if isinstance(values, list) else 0


def _width(dtype: str) -> int:
    return int(dtype[-1]) if dtype[-1:].isdigit() else 8


def _texts(traces: list[Any], layout: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _words("title", _title(layout))
    for name, axis in _axis_items(layout):
        yield from _words("axis_label", _title(axis))
        if name and isinstance(axis.get("ticktext"), list):
            yield from _words("tick", axis["ticktext"])
    for annotation in layout.get("annotations") or []:
        yield from _words("annotation", annotation.get("text"))
    yield from _words("legend", _title(layout.get("legend") or {}))
    yield from _words("legend", _legend(traces, layout))
    for trace in traces:
        yield from _words("tick", [value for value in _list(trace.get("x")) if isinstance(value, str)])
        yield from _words("tick", [value for value in _list(trace.get("y")) if isinstance(value, str)])
        yield from _words("label", _list(trace.get("labels")))
        yield from _words("annotation", trace.get("text") if "text" in str(trace.get("mode") or "text") else None)
        yield from _words(
            "axis_label", _title((trace.get("marker") or {}).get("colorbar") or trace.get("colorbar") or {})
        )


def _axis_items(layout: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    own = [(n, a) for n, a in sorted(layout.items()) if re.fullmatch(r"[xyz]axis\d*|coloraxis\d*", n)]
    scenes = [s for n, s in sorted(layout.items()) if re.fullmatch(r"(scene|polar|ternary)\d*", n)]
    inner = [(n, a) for s in scenes for n, a in sorted(s.items()) if n.endswith("axis")]
    bars = [("colorbar", a.get("colorbar") or {}) for n, a in own if n.startswith("coloraxis")]
    return [(n, a) for n, a in own + inner + bars if isinstance(a, Mapping)]


def _words(role: str, value: Any) -> Iterator[tuple[str, str]]:
    for item in (value if isinstance(value, list) else [value])[:MAX_TEXTS]:
        text = _TAG.sub(" ", str(item)).strip() if isinstance(item, str | int | float) and item is not True else ""
        if text:
            yield role, text[:MAX_CHARS]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _title(holder: Mapping[str, Any]) -> str:
    title = holder.get("title")
    text = title.get("text") if isinstance(title, Mapping) else title
    return text if isinstance(text, str) else ""


def _legend(traces: list[Any], layout: Mapping[str, Any]) -> list[str]:
    if layout.get("showlegend") is False or (len(traces) == 1 and not layout.get("showlegend")):
        return []
    names = [t["name"] for t in traces if isinstance(t.get("name"), str) and t.get("showlegend") is not False]
    return list(dict.fromkeys(name for name in names if name))[:MAX_ITEMS]


def _plots(traces: list[Any], layout: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One plotting area for each subplot, in the order of the first traces; one without traces for an empty figure."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for trace in traces:
        groups.setdefault(plotly_series.place_of(trace), []).append(trace)
    return [_axes(place, members, traces, layout) for place, members in groups.items()] or [
        _axes(("xaxis", "yaxis"), [], traces, layout)
    ]


def _axes(place: tuple[str, str], members: list[Any], traces: list[Any], layout: Mapping[str, Any]) -> dict[str, Any]:
    x_axis, y_axis = (_mapping(layout.get(name)) for name in place)
    marks: Counter[str] = Counter()
    for trace in members:
        for _, mark in _kinds(trace):
            marks[mark] += _size(trace, mark)
    colorway = plotly_series.colorway_of(layout)
    legend = _legend(traces, layout)
    named = {str(trace.get("name")): plotly_series.shade_of(trace, colorway) for trace in reversed(traces)}
    fact = {
        "title": _TAG.sub(" ", _title(layout))[:MAX_CHARS],
        "x_label": _title(x_axis)[:MAX_CHARS],
        "y_label": _title(y_axis)[:MAX_CHARS],
        "legend": legend,
        "legend_colors": [named.get(name) for name in legend],
        "x_scale": x_axis.get("type") or "linear",
        "y_scale": y_axis.get("type") or "linear",
        "projection": _projection(place, members),
        "marks": dict(marks),
        "series": plotly_series.series_of(members, colorway),
    }
    for letter, axis in (("x", x_axis), ("y", y_axis)):
        values = [value for trace in members for value in plotly_series.numbers(trace.get(letter))]
        if limits := plotly_series.limits_of(axis, values):
            fact[f"{letter}_limits"] = limits
    return fact


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _projection(place: tuple[str, str], members: list[Any]) -> str:
    kinds = {str(trace.get("type") or "scatter") for trace in members}
    if place[0] == "scene" or any(kind.endswith("3d") or kind in ("surface", "cone", "volume") for kind in kinds):
        return "3d"
    words = (("polar", "polar"), ("ternary", "ternary"), ("geo", "geo"), ("choropleth", "geo"), ("map", "geo"))
    return next((name for sign, name in words for kind in kinds if sign in kind and "heat" not in kind), "rectilinear")


def _colors(traces: list[Any]) -> list[str]:
    found: dict[str, None] = {}
    for trace in traces:
        for part in (trace.get("marker") or {}, trace.get("line") or {}, trace):
            for name in ("color", "colors", "fillcolor"):
                value = part.get(name)
                for item in (value if isinstance(value, list) else [value])[:MAX_ITEMS]:
                    if color := _hex(item):
                        found[color] = None
    return list(found)


def _hex(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    if _HEX.fullmatch(value):
        return value.lower()
    if match := _RGB.match(value):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in match.groups())
    return None
