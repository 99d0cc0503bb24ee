"""SVG drawings: how they are built, what cannot be seen of them, how tidy their source is."""

from __future__ import annotations

from collections import Counter
from math import inf

import numpy as np

from janus_reward.evidence import palette
from janus_reward.evidence.reference import correlation
from janus_reward.evidence.signal import signal
from janus_reward.evidence.svg_drawing import Drawing, Shape, drawing
from janus_reward.evidence.view import View
from janus_reward.render.svg_geometry import Box

_SHAPES = 600
_COLORS = 200
_SAME_COLOR = 5.0
_GRID = 48


def _drawing(view: View) -> Drawing | None:
    return view.once(drawing)


@signal("svg.elements", unit="count", high=inf)
def elements(view: View) -> float | None:
    """Elements of the document, at most 5,000 counted."""
    return found.elements if (found := _drawing(view)) else None


@signal("svg.shapes", unit="count", high=inf)
def shapes(view: View) -> float | None:
    """Shapes and pictures that are to be drawn (what only sits in `defs` is left out)."""
    return len(found.shapes) if (found := _drawing(view)) else None


@signal("svg.path_commands", unit="count", high=inf)
def path_commands(view: View) -> float | None:
    """Commands in the data of all paths."""
    return found.commands if (found := _drawing(view)) else None


@signal("svg.texts", unit="count", high=inf)
def texts(view: View) -> float | None:
    """Text elements that are to be drawn."""
    return found.texts if (found := _drawing(view)) else None


@signal("svg.view_box", unit="yes/no")
def view_box(view: View) -> float | None:
    """1 if the root declares a sound `viewBox` or size, 0 if none, an empty one, or one that contradicts the sides."""
    return float(found.view_box_ok) if (found := _drawing(view)) else None


@signal("svg.degenerate_share")
def degenerate_share(view: View) -> float | None:
    """Share of the shapes without any extent: no data, no length, a side of zero, coordinates that are no numbers."""
    found = _drawing(view)
    if not found or not found.shapes:
        return None
    return sum(shape.box is None for shape in found.shapes) / len(found.shapes)


@signal("svg.bad_numbers", unit="count", high=inf)
def bad_numbers(view: View) -> float | None:
    """Words such as `NaN` or `undefined` where coordinates belong."""
    return found.bad_numbers if (found := _drawing(view)) else None


@signal("svg.unknown_elements", unit="count", high=inf)
def unknown_elements(view: View) -> float | None:
    """Elements that SVG does not know, such as a misspelled `pth`: nothing is drawn for them."""
    return found.unknown if (found := _drawing(view)) else None


@signal("svg.hidden_share")
def hidden_share(view: View) -> float | None:
    """Share of the shapes that cannot be seen: no paint, no opacity, no display, or under a later opaque rectangle."""
    found = _drawing(view)
    if not found or not found.shapes:
        return None
    buried = _buried(found.shapes)
    return sum(shape.hidden or index in buried for index, shape in enumerate(found.shapes)) / len(found.shapes)


def _buried(shapes: list[Shape]) -> set[int]:
    """Shapes (of the first 600) that lie wholly under one opaque upright rectangle drawn after them."""
    covers = [(i, shape.box) for i, shape in enumerate(shapes[:_SHAPES]) if shape.opaque and not shape.effects]
    return {
        index
        for index, shape in enumerate(shapes[:_SHAPES])
        if shape.box and any(later > index and cover and _holds(cover, shape.box) for later, cover in covers)
    }


def _holds(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


@signal("svg.off_canvas_share")
def off_canvas_share(view: View) -> float | None:
    """Share of the shapes' box area that lies outside of the visible part; clipped and masked shapes left out."""
    found = _drawing(view)
    if not found or found.viewport is None:
        return None
    shares = [_outside(box, found.viewport) for box in _boxes(found)]
    return float(np.clip(np.mean(shares), 0, 1)) if shares else None


@signal("svg.off_canvas_shapes", unit="count", high=inf)
def off_canvas_shapes(view: View) -> float | None:
    """Shapes of which more than half lies outside of the visible part."""
    found = _drawing(view)
    if not found or found.viewport is None:
        return None
    return sum(_outside(box, found.viewport) > 0.5 for box in _boxes(found))


def _boxes(found: Drawing) -> list[Box]:
    return [shape.box for shape in found.shapes if shape.box and not shape.hidden and not shape.effects]


def _outside(box: Box, view: Box) -> float:
    """Share of a box outside of another; a line without area is measured by its length."""
    width, height = max(box[2] - box[0], 1e-9), max(box[3] - box[1], 1e-9)
    inside_x = min(box[2], view[2]) - max(box[0], view[0])
    inside_y = min(box[3], view[3]) - max(box[1], view[1])
    if inside_x < 0 or inside_y < 0:
        return 1.0
    return 1 - min(1.0, (inside_x + 1e-9) / width) * min(1.0, (inside_y + 1e-9) / height)


@signal("svg.overdraw", unit="layers", high=1000)
def overdraw(view: View) -> float | None:
    """Mean number of shapes' boxes that lie over a point of the visible part (of the first 600 shapes)."""
    found = _drawing(view)
    if not found or found.viewport is None or not found.shapes:
        return None
    view_box = found.viewport
    canvas = (view_box[2] - view_box[0]) * (view_box[3] - view_box[1])
    covered = 0.0
    for box in _boxes(found)[:_SHAPES]:
        width = min(box[2], view_box[2]) - max(box[0], view_box[0])
        height = min(box[3], view_box[3]) - max(box[1], view_box[1])
        covered += max(0.0, width) * max(0.0, height)
    return min(1000.0, covered / canvas)


@signal("svg.content_share")
def content_share(view: View) -> float | None:
    """Longer side of the box around all shapes, as a share of the visible part's; small is a lost drawing."""
    found = _drawing(view)
    if not found or found.viewport is None or not (boxes := _boxes(found)):
        return None
    seen = found.viewport
    around = [max(seen[k], min(box[k] for box in boxes)) for k in (0, 1)]
    around += [min(seen[k], max(box[k] for box in boxes)) for k in (2, 3)]
    shares = [(around[k + 2] - around[k]) / (seen[k + 2] - seen[k]) for k in (0, 1)]
    return float(np.clip(max(shares), 0, 1))


@signal("svg.palette", unit="count", high=_COLORS)
def palette_size(view: View) -> float | None:
    """Different colours that shapes are filled or stroked with (CIE76 above 5 apart; at most 200 looked at)."""
    found = _drawing(view)
    if not found or not found.shapes:
        return None
    asked = dict.fromkeys(color for shape in found.shapes if not shape.hidden for color in shape.colors)
    kept: list[tuple[float, float, float]] = []
    for color in [palette.lab(color) for color in list(asked)[:_COLORS]]:
        if all(sum((a - b) ** 2 for a, b in zip(color, other, strict=True)) > _SAME_COLOR**2 for other in kept):
            kept.append(color)
    return len(kept)


@signal("svg.symmetry", unit="correlation", low=-1)
def symmetry(view: View) -> float | None:
    """Correlation of the picture with its own mirror image, left to right or top to bottom, whichever is higher."""
    if view.language != "svg" or not view.drawn or view.still is None:
        return None
    small = view.still.thumbnail(_GRID)
    mirrored = (correlation(small, small[:, ::-1]), correlation(small, small[::-1]))
    return max((value for value in mirrored if value is not None), default=None)


@signal("svg.repeated_share")
def repeated_share(view: View) -> float | None:
    """Share of the shapes that repeat an earlier one attribute for attribute, and so add nothing."""
    found = _drawing(view)
    if not found or not found.shapes:
        return None
    return 1 - len({shape.source for shape in found.shapes}) / len(found.shapes)


@signal("svg.idle_group_share")
def idle_group_share(view: View) -> float | None:
    """Share of the groups that are empty or carry no attribute, and so do nothing."""
    found = _drawing(view)
    return found.idle_groups / found.groups if found and found.groups else None


@signal("svg.duplicate_ids", unit="count", high=inf)
def duplicate_ids(view: View) -> float | None:
    """Ids that the document gives more than once."""
    found = _drawing(view)
    return sum(count > 1 for count in Counter(found.ids).values()) if found else None


@signal("svg.decimals", unit="digits", high=100_000)
def decimals(view: View) -> float | None:
    """Mean number of digits after the point, of the fractions in coordinates (at most 2,000)."""
    found = _drawing(view)
    return float(np.mean(found.decimals)) if found and found.decimals else None
