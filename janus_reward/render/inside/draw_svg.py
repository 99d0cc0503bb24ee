"""SVG to PNG by resvg, with the facts of the document."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageStat

from janus_reward.render.inside.drawing import Drawing, DrawingError
from janus_reward.render.svg_facts import SvgDocument, SvgError

SHORT_SIDE, LONG_SIDE = 512, 1600
"""The longer side of a drawn SVG lies between these, in pixels."""

WHITE, GREY = "#ffffff", "#808080"
"""Backgrounds under transparency; the second one for drawings that are white themselves."""

_UNSEEN = 12
"""Steps of 255 in every channel that the eye, and `blank.ink_share`, takes for the same colour."""

_NAMESPACE = "http://www.w3.org/2000/svg"


def draw(payload: bytes, settings: Mapping[str, Any]) -> Drawing:
    """Draw an SVG document over white; over grey when nothing of it can be seen on white.

    Raises:
        DrawingError: it does not parse, declares entities, or has no size that can be drawn.
    """
    text, repaired = _repaired(payload.decode("utf-8", "replace"))
    document, (width, height) = _parsed(text)
    target = min(max(max(width, height), SHORT_SIDE), LONG_SIDE)
    zoom = target / max(width, height)
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    facts = {**document.facts(), "repaired": repaired, "blocked": document.external()}
    for background in (WHITE, GREY):
        try:
            png = _drawn(document.drawable(), size, background)
        except ValueError as error:
            raise DrawingError(f"resvg: {str(error).splitlines()[0][:300]}", **facts) from error
        image = Image.open(io.BytesIO(png), formats=["PNG"])
        if not _uniform(image):
            return Drawing(((png, None),), {**facts, "background": background}, image)
    return Drawing(((_drawn(document.drawable(), size, WHITE), None),), {**facts, "background": WHITE})


def _drawn(text: str, size: tuple[int, int], background: str) -> bytes:
    import resvg_py

    png = resvg_py.svg_to_bytes(
        svg_string=text,
        width=size[0],
        height=size[1],
        dpi=96,
        background=background,
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
        serif_family="DejaVu Serif",
        monospace_family="DejaVu Sans Mono",
    )
    return bytes(png)


def _uniform(image: Image.Image) -> bool:
    """Nothing to be seen but one colour, as of a white (or almost white) drawing on white."""
    extremes = ImageStat.Stat(image.convert("RGB")).extrema
    return all(high - low <= _UNSEEN for low, high in extremes)


def _parsed(text: str) -> tuple[SvgDocument, tuple[float, float]]:
    try:
        document = SvgDocument(text)
        return document, document.canvas
    except SvgError as error:
        raise DrawingError(str(error)) from error
    except ET.ParseError as error:
        line, column = error.position
        reason = str(error).split(":")[0]
        raise DrawingError(f"ParseError: {reason} at line {line}, column {column + 1}") from error


def _repaired(text: str) -> tuple[str, list[str]]:
    """The document with its namespace, from its first tag on; and what had to be mended for that."""
    repaired = []
    body = text.lstrip("\ufeff \t\r\n")
    start = re.match(r"(<\?xml[^>]*\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>|\s)*", body, re.DOTALL)
    tag = body[start.end() if start else 0 :][:4096]
    if re.match(r"<svg[\s>]", tag) and not re.match(r"<svg[^>]*\sxmlns\s*=", tag):
        body = body.replace("<svg", f'<svg xmlns="{_NAMESPACE}"', 1)
        repaired.append("xmlns")
    opening = re.match(r"<svg[^>]*>", body[body.find("<svg") :]) if "<svg" in body else None
    if opening and "xlink:" in body and "xmlns:xlink" not in opening.group():
        body = body.replace("<svg", '<svg xmlns:xlink="http://www.w3.org/1999/xlink"', 1)
        repaired.append("xmlns:xlink")
    return body, repaired
