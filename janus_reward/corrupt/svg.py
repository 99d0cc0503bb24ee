"""Damage to drawings in SVG."""

from __future__ import annotations

import re
from collections.abc import Sequence

from janus_reward.corrupt.base import Case, corruption
from janus_reward.corrupt.colours import other_hue
from janus_reward.corrupt.criteria import COMPLETION, PRESERVATION, QUALITY, RELEVANCE, VISUAL
from janus_reward.corrupt.markup_source import Element, MarkupSource
from janus_reward.corrupt.splice import Edit, spliced

SVG = ("svg",)
SHAPES = ("path", "rect", "circle", "ellipse", "polygon", "polyline", "line", "text", "g", "image", "use")
_HIDDEN = {"defs", "clippath", "mask", "symbol", "pattern", "marker", "filter", "lineargradient", "radialgradient"}


def shapes(source: MarkupSource) -> list[Element]:
    """Elements that draw something, largest source first."""
    drawn = [
        item
        for item in source.all(*SHAPES)
        if not any(above.tag in _HIDDEN for above in item.above()) and (item.tag != "g" or item.children)
    ]
    return sorted(drawn, key=lambda item: (-(item.end - item.start), item.start))


def _one(case: Case, source: MarkupSource, tags: Sequence[str] = SHAPES) -> Element | None:
    """One of the three largest shapes that is not the whole drawing."""
    found = [item for item in shapes(source) if item.tag in tags and item.end - item.start < 0.9 * len(source.code)]
    return case.pick(found[:3])


def _moved(case: Case, source: MarkupSource, element: Element | None, transform: str) -> str | None:
    if element is None:
        return None
    old = element.attributes.get("transform", "").replace('"', "")
    return spliced(case.code, [source.set(element, "transform", f"{transform} {old}".strip())])


@corruption("svg.drop_element", 3, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(QUALITY,), languages=SVG)
def drop_element(case: Case) -> str | None:
    """One of the largest shapes is missing."""
    source = MarkupSource.read(case.code)
    element = _one(case, source)
    return spliced(case.code, [source.cut(element)]) if element else None


@corruption("svg.drop_half", 3, lowers=(COMPLETION, VISUAL, RELEVANCE, PRESERVATION), keeps=(), languages=SVG)
def drop_half(case: Case) -> str | None:
    """Every second shape is missing."""
    source = MarkupSource.read(case.code)
    drawn = sorted((item for item in shapes(source) if item.tag != "g"), key=lambda item: item.start)
    return spliced(case.code, [source.cut(item) for item in drawn[::2]]) if len(drawn) > 3 else None


@corruption("svg.wrong_fill", 2, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=SVG)
def wrong_fill(case: Case) -> str | None:
    """The shapes of one colour have another one."""
    if not case.asked(r"red|green|blue|orange|yellow|purple|pink|brown|teal|gold|colou?r|#[0-9a-f]{3}"):
        return None
    fills = re.findall(r"""(?:fill|stroke)\s*[=:]\s*["']?\s*(#[0-9a-fA-F]{3,6}\b|[a-z]{3,10}\b)""", case.code)
    wrong = {fill: colour for fill in fills if (colour := other_hue(fill))}
    fill = case.pick(sorted(wrong))
    if fill is None:
        return None
    return re.sub(rf"((?:fill|stroke)\s*[=:]\s*[\"']?\s*){re.escape(fill)}\b", rf"\g<1>{wrong[fill]}", case.code)


@corruption("svg.no_colour", 3, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(), languages=SVG, holdout=True)
def no_colour(case: Case) -> str | None:
    """All fills are gone, so that every shape is black."""
    without = re.sub(r"""\sfill\s*=\s*("[^"]*"|'[^']*')""", "", case.code)
    without = re.sub(r"(?<![\w-])fill\s*:[^;\"'}]+;?", "", without)
    return without if without != case.code else None


@corruption("svg.off_canvas", 3, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(QUALITY,), languages=SVG)
def off_canvas(case: Case) -> str | None:
    """One of the largest shapes is moved out of the picture."""
    source = MarkupSource.read(case.code)
    width, height = _canvas(source)
    return _moved(case, source, _one(case, source), f"translate({width * 0.8:.4g} {-height * 0.7:.4g})")


@corruption("svg.misplaced", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=SVG)
def misplaced(case: Case) -> str | None:
    """One of the largest shapes is off by a fifth of the picture."""
    source = MarkupSource.read(case.code)
    width, height = _canvas(source)
    return _moved(case, source, _one(case, source), f"translate({width * 0.2:.4g} {height * 0.14:.4g})")


@corruption("svg.scaled", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=SVG)
def scaled(case: Case) -> str | None:
    """One of the largest shapes has half its size."""
    source = MarkupSource.read(case.code)
    return _moved(case, source, _one(case, source), "scale(0.5)")


@corruption("svg.rotated", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=SVG, holdout=True)
def rotated(case: Case) -> str | None:
    """One of the largest shapes is turned by 35 degrees about the middle."""
    source = MarkupSource.read(case.code)
    width, height = _canvas(source)
    return _moved(case, source, _one(case, source), f"rotate(35 {width / 2:.4g} {height / 2:.4g})")


@corruption("svg.broken_path", 2, lowers=(VISUAL, COMPLETION, PRESERVATION), keeps=(RELEVANCE,), languages=SVG)
def broken_path(case: Case) -> str | None:
    """The longest path stops after a third of its points."""
    source = MarkupSource.read(case.code)
    paths = [item for item in source.all("path") if len(item.attributes.get("d", "")) > 60]
    if not paths:
        return None
    path = max(paths, key=lambda item: len(item.attributes["d"]))
    data = path.attributes["d"]
    commands = [found.start() for found in re.finditer(r"[a-zA-Z]", data) if found.start() > len(data) / 3]
    return spliced(case.code, [source.set(path, "d", data[: commands[0]])]) if commands and commands[0] else None


@corruption("svg.wrong_order", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=SVG)
def wrong_order(case: Case) -> str | None:
    """The shapes are stacked the other way round, so that the ground hides what stands on it."""
    source = MarkupSource.read(case.code)
    groups = [item for item in source.elements if len([c for c in item.children if c.tag in SHAPES]) > 2]
    group = max(groups, key=lambda item: len(item.children), default=None)
    if group is None or group.tag not in ("svg", "g"):
        return None
    parts = [child for child in group.children if child.tag in SHAPES]
    texts = [source.text(part) for part in reversed(parts)]
    return spliced(case.code, [Edit(part.start, part.end, text) for part, text in zip(parts, texts, strict=True)])


@corruption("svg.cropped", 2, lowers=(VISUAL, COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=SVG)
def cropped(case: Case) -> str | None:
    """The view box shows only the middle of the drawing, the rest is cut off."""
    source = MarkupSource.read(case.code)
    root = source.first("svg")
    box = _numbers(root.attributes.get("viewbox", "")) if root else []
    if root is None or len(box) != 4:
        return None
    x, y, width, height = box
    inner = f"{x + width * 0.28:.4g} {y + height * 0.28:.4g} {width * 0.44:.4g} {height * 0.44:.4g}"
    span = source.attribute(root, "viewbox")
    return spliced(case.code, [Edit(*span, f'viewBox="{inner}"')]) if span else None


@corruption("svg.heavy_stroke", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE,), languages=SVG)
def heavy_stroke(case: Case) -> str | None:
    """Every shape has a thick dark outline."""
    source = MarkupSource.read(case.code)
    root = source.first("svg")
    width = _canvas(source)[0] * 0.04
    drawn = [item for item in shapes(source) if item.tag not in ("g", "text", "image", "use")][:60]
    if root is None or not drawn:
        return None
    edits = [source.style(item, f"stroke: #222; stroke-width: {width:.3g}") for item in drawn]
    return spliced(case.code, edits)


@corruption("svg.wrong_text", 2, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=SVG, holdout=True)
def wrong_text(case: Case) -> str | None:
    """The texts of the drawing are exchanged."""
    texts = [
        item
        for item in MarkupSource.read(case.code).texts()
        if item[3] is not None and item[3].tag in ("text", "tspan")
    ]
    if len(texts) < 2:
        return None
    turned = texts[1:] + texts[:1]
    return spliced(case.code, [Edit(one[0], one[1], other[2]) for one, other in zip(texts, turned, strict=True)])


def _canvas(source: MarkupSource) -> tuple[float, float]:
    """Width and height of the user space."""
    root = source.first("svg")
    box = _numbers(root.attributes.get("viewbox", "")) if root else []
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        return box[2], box[3]
    sizes = _numbers(f"{root.attributes.get('width', '')} {root.attributes.get('height', '')}") if root else []
    return (sizes[0], sizes[1]) if len(sizes) == 2 and min(sizes) > 0 else (100.0, 100.0)


def _numbers(text: str) -> list[float]:
    return [min(float(part), 1e7) for part in re.findall(r"-?\d{1,9}(?:\.\d{1,9})?", text)[:8]]
