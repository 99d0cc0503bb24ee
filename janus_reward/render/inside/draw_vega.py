"""Vega-Lite and Vega to PNG by vl-convert: compiled, drawn once as SVG for the facts, and that SVG to pixels."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from janus_reward.render import vega_facts
from janus_reward.render.inside.drawing import Drawing, DrawingError

_SCHEMA_VERSION = re.compile(r"/vega-lite/v(\d+)")
_CANVAS = re.compile(r'<svg[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"')
_NOT_ALLOWED = re.compile(r"data url not allowed: (\S{1,500})")
_SMALL_WIDTH = 400


def draw_vega_lite(payload: bytes, settings: Mapping[str, Any]) -> Drawing:
    """Compile and draw a Vega-Lite specification.

    Raises:
        DrawingError: no JSON object, data from the network, or Vega refuses it.
    """
    import vl_convert

    spec = _spec(payload)
    try:
        compiled = vl_convert.vegalite_to_vega(_sized(spec), vl_version=_version(spec))
    except ValueError as error:
        raise DrawingError(f"Vega-Lite: {_first_line(error)}") from error
    return _drawn(compiled, spec, settings)


def draw_vega(payload: bytes, settings: Mapping[str, Any]) -> Drawing:
    """Draw a Vega specification; raises as `draw_vega_lite`."""
    spec = _spec(payload)
    return _drawn(spec, spec, settings)


def _drawn(compiled: dict[str, Any], spec: Mapping[str, Any], settings: Mapping[str, Any]) -> Drawing:
    import vl_convert

    try:
        svg = vl_convert.vega_to_svg(compiled, allowed_base_urls=[])
    except ValueError as error:
        raise DrawingError(f"Vega: {_first_line(error)}", blocked=_refused(error)) from error
    size = _CANVAS.search(svg[:2000])
    width, height = (float(size.group(1)), float(size.group(2))) if size else (0.0, 0.0)
    if width * height < 1 or width * height > settings["limits"]["pixels"]:
        outcome = "failed" if width * height < 1 else "exceeded"
        raise DrawingError(f"a canvas of {width:g} by {height:g} cannot be drawn", outcome, limit="pixels")
    facts = {**vega_facts.drawing_facts(svg), **vega_facts.spec_facts(spec)}
    png = vl_convert.svg_to_png(svg, scale=1.0 if width >= _SMALL_WIDTH else min(4.0, _SMALL_WIDTH / width))
    return Drawing(((bytes(png), None),), facts)


def _spec(payload: bytes) -> dict[str, Any]:
    try:
        spec = json.loads(payload.decode("utf-8-sig", "replace"))
    except json.JSONDecodeError as error:
        raise DrawingError(f"JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise DrawingError("JSON: nested too deeply") from error
    if not isinstance(spec, dict):
        raise DrawingError("the specification is no JSON object")
    urls = vega_facts.external_urls(spec)
    if urls:
        raise DrawingError(f"the specification loads data from {urls[0]}, and there is no network here", blocked=urls)
    return spec


def _sized(spec: dict[str, Any]) -> dict[str, Any]:
    """A size for charts that fill their container, which does not exist here."""
    sized = {name: default for name, default in (("width", 600), ("height", 400)) if spec.get(name) == "container"}
    return {**spec, **sized}


def _version(spec: Mapping[str, Any]) -> str | None:
    """The compiler of the major version that `$schema` names, when there is one; the newest otherwise."""
    import vl_convert

    asked = _SCHEMA_VERSION.search(str(spec.get("$schema", "")))
    known = vl_convert.get_vegalite_versions()
    return next((version for version in reversed(known) if asked and version.split(".")[0] == asked.group(1)), None)


def _refused(error: Exception) -> list[str]:
    """The address that an expression of the specification made up and that was not loaded, if that is the error."""
    address = _NOT_ALLOWED.search(str(error))
    return [address.group(1).split("?")[0][:200]] if address else []


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    named = next(
        (line for line in lines if "Error" in line and "Vega to" not in line), lines[0] if lines else "refused"
    )
    return named[:300]
