"""The data of a plotly figure as its JSON holds it: series by subplot, with colours and the limits that were set."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from janus_reward.render.plot_axes import MAX_SERIES, numbers_fact
from janus_reward.render.svg_text import color

MAX_DATA, MAX_PACKED = 10_000, 1_000_000
_HUGE = 1e300
_TYPES = frozenset({"f8", "f4", "i1", "i2", "i4", "u1", "u2", "u4", "uint8", "int8"})
_KINDS = {"bar": "bar", "histogram": "bar", "waterfall": "bar", "funnel": "bar", "pie": "arc", "heatmap": "image"}
_STRAIGHT = frozenset({"scatter", "scattergl"})


def place_of(trace: Mapping[str, Any]) -> tuple[str, str]:
    """The subplot of a trace: the names of its two axes, or of its scene, or a pie's own."""
    if trace.get("type") in ("pie", "sunburst", "treemap", "icicle", "sankey", "table", "indicator", "funnelarea"):
        domain = trace.get("domain")
        return "domain", repr(domain)[:200] if isinstance(domain, Mapping) else ""
    for name in ("scene", "subplot", "geo"):
        if isinstance(trace.get(name), str):
            return name, trace[name][:20]
    return tuple(_axis_name(trace, letter) for letter in "xy")  # type: ignore[return-value]


def _axis_name(trace: Mapping[str, Any], letter: str) -> str:
    name = trace.get(f"{letter}axis")
    number = name[1:4] if isinstance(name, str) and name[:1] == letter and name[1:].isdigit() else ""
    return f"{letter}axis{number}"


def series_of(traces: list[Mapping[str, Any]], colorway: list[str]) -> list[dict[str, Any]]:
    """The series of some traces.

    Args:
        traces: of one subplot, each with its `position` among all traces.
        colorway: the colours that traces without one of their own take in turn.
    """
    found = []
    for trace in traces[:MAX_SERIES]:
        kind = _kind(trace)
        if kind is None:
            continue
        fact: dict[str, Any] = {"kind": kind}
        if isinstance(trace.get("name"), str) and trace["name"]:
            fact["label"] = trace["name"][:500]
        if shade := shade_of(trace, colorway):
            fact["color"] = shade
        found.append(fact | _values(trace, kind))
    return found


def _kind(trace: Mapping[str, Any]) -> str | None:
    name = trace.get("type") or "scatter"
    if name in _STRAIGHT:
        if trace.get("fill") not in (None, "none") or trace.get("stackgroup"):
            return "area"
        mode = trace.get("mode")
        return "point" if isinstance(mode, str) and "markers" in mode and "lines" not in mode else "line"
    return _KINDS.get(name) if isinstance(name, str) else None


def _values(trace: Mapping[str, Any], kind: str) -> dict[str, Any]:
    if kind == "arc":
        values = numbers(trace.get("values"))
        whole = sum(values)
        shares = [value / whole for value in values] if whole > 0 and math.isfinite(whole) else []
        return numbers_fact("y", shares, max(len(values), count(trace.get("labels"))))
    if kind == "image":
        rows = trace.get("z")
        flat = [value for row in rows[:500] for value in numbers(row)] if isinstance(rows, list) else numbers(rows)
        return numbers_fact("z", flat[:MAX_DATA], len(flat))
    lying = trace.get("orientation") == "h"
    fact: dict[str, Any] = {"orientation": "horizontal" if lying else "vertical"} if kind == "bar" else {}
    total = max(count(trace.get("x")), count(trace.get("y")))
    if trace.get("type") == "histogram":
        return fact | {"n": total}
    return fact | numbers_fact("x", numbers(trace.get("x")), total) | numbers_fact("y", numbers(trace.get("y")), total)


def shade_of(trace: Mapping[str, Any], colorway: list[str]) -> str | None:
    """The one colour of a trace: its own, else its turn of the colourway; `None` where it has several."""
    for part in (trace.get("marker"), trace.get("line"), trace):
        own = part.get("color") if isinstance(part, Mapping) else None
        if isinstance(own, str):
            return color(own)
        if own is not None:
            return None
    position = trace.get("position")
    return color(colorway[position % len(colorway)]) if colorway and isinstance(position, int) else None


def colorway_of(layout: Mapping[str, Any]) -> list[str]:
    """The colours that a layout, or its template, gives to traces in turn; empty when it does not say."""
    template = layout.get("template")
    inner = template.get("layout") if isinstance(template, Mapping) else None
    for holder in (layout, inner):
        found = holder.get("colorway") if isinstance(holder, Mapping) else None
        if isinstance(found, list) and found:
            return [shade for shade in found[:50] if isinstance(shade, str)]
    return []


def limits_of(axis: Mapping[str, Any], values: list[float]) -> list[float] | None:
    """The range an axis was given, lower or left end first; for a reversed one without a range, that of the data."""
    given = axis.get("range")
    if isinstance(given, list) and len(given) == 2:
        ends = numbers(given)
        if len(ends) == 2:
            return [10**end if abs(end) < 300 else end for end in ends] if axis.get("type") == "log" else ends
    if axis.get("autorange") == "reversed" and values and min(values) < max(values):
        return [max(values), min(values)]
    return None


def numbers(values: Any) -> list[float]:
    """The finite numbers of a list or a packed array, at most ten thousand; empty when there are words among them."""
    if isinstance(values, Mapping):
        return _unpacked(values)
    if not isinstance(values, list):
        return []
    kept = [value for value in values[:MAX_DATA] if value is not None]
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in kept):
        return []
    return [float(value) for value in kept if abs(value) < _HUGE]


def _unpacked(packed: Mapping[str, Any]) -> list[float]:
    data, kind = packed.get("bdata"), packed.get("dtype")
    if not isinstance(data, str) or kind not in _TYPES or "shape" in packed:
        return []
    try:
        raw = base64.b64decode(data[:MAX_PACKED], validate=True)
    except (binascii.Error, ValueError):
        return []
    width = np.dtype(kind).itemsize
    found = np.frombuffer(raw[: len(raw) // width * width], dtype=kind)[:MAX_DATA].astype(float)
    return [float(value) for value in found if abs(value) < _HUGE]


def count(values: Any) -> int:
    """How many values a list or a packed array holds."""
    if isinstance(values, Mapping):
        return len(_unpacked(values))
    return len(values) if isinstance(values, list) else 0
