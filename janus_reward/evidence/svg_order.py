"""How tidily the shapes of a drawing are placed and outlined. Signals of the family `svg`."""

from __future__ import annotations

from math import sqrt
from statistics import median

from janus_reward.evidence.plots import area, shared_area
from janus_reward.evidence.signal import signal
from janus_reward.evidence.svg_drawing import Drawing, Shape, drawing
from janus_reward.evidence.view import View
from janus_reward.render.svg_geometry import Box

_SHAPES = 200
_SNAP = 0.006
_STANDS = 0.25


def _placed(view: View) -> tuple[Drawing, list[tuple[Shape, Box]]] | None:
    """The first 200 shapes that can be seen, each with its box."""
    found = view.once(drawing)
    if not found or found.viewport is None:
        return None
    seen = [(shape, shape.box) for shape in found.shapes if shape.box and not shape.hidden and not shape.effects]
    return found, seen[:_SHAPES]


@signal("svg.buried_share")
def buried_share(view: View) -> float | None:
    """Share of the shapes' box area that lies under an opaque rectangle drawn later which nothing is drawn upon."""
    if not (placed := view.once(_placed)):
        return None
    boxes = [box for _, box in placed[1]]
    covers = [
        (at, box)
        for at, (shape, box) in enumerate(placed[1])
        if shape.opaque and not any(_within(later, box) for later in boxes[at + 1 :])
    ]
    under = [
        (area(box), max((_hidden(box, cover) for later, cover in covers if later > at), default=0.0))
        for at, box in enumerate(boxes)
    ]
    whole = sum(size for size, _ in under)
    return min(1.0, sum(lost for _, lost in under) / whole) if whole > 0 else None


def _hidden(box: Box, cover: Box) -> float:
    """Area of a box under a cover; a cover that lies within a far larger box stands on it and hides nothing."""
    shared = shared_area(box, cover)
    return 0.0 if shared >= 0.99 * area(cover) and area(cover) < _STANDS * area(box) else shared


def _within(inner: Box, outer: Box) -> bool:
    return area(inner) < area(outer) and shared_area(inner, outer) > 0.5 * max(area(inner), 1e-9)


@signal("svg.aligned_share")
def aligned_share(view: View) -> float | None:
    """Share of the shapes with an edge or a middle on a line with another shape's, or in the middle of the picture."""
    if not (placed := view.once(_placed)) or len(placed[1]) < 3:
        return None
    frame = placed[0].viewport
    assert frame is not None
    boxes = [box for _, box in placed[1]]
    kept = sum(any(_on_a_line(boxes, at, axis, frame) for axis in (0, 1)) for at in range(len(boxes)))
    return kept / len(boxes)


def _on_a_line(boxes: list[Box], at: int, axis: int, frame: Box) -> bool:
    slack = _SNAP * (frame[axis + 2] - frame[axis])
    own = _lines(boxes[at], axis)
    if abs(own[2] - _lines(frame, axis)[2]) <= slack:
        return True
    return any(
        abs(mine - yours) <= slack
        for other, box in enumerate(boxes)
        if other != at
        for mine, yours in zip(own, _lines(box, axis), strict=True)
    )


def _lines(box: Box, axis: int) -> tuple[float, float, float]:
    return box[axis], box[axis + 2], (box[axis] + box[axis + 2]) / 2


@signal("svg.outline_weight", unit="ratio", high=10.0)
def outline_weight(view: View) -> float | None:
    """Median width of the filled shapes' outlines, as a share of the root of their box's area; 0 without outlines."""
    if not (placed := view.once(_placed)):
        return None
    weights = [shape.stroke / sqrt(area(box)) for shape, box in placed[1] if shape.filled and area(box) > 0]
    return min(10.0, median(weights)) if weights else None


@signal("svg.outline_share")
def outline_share(view: View) -> float | None:
    """Median width of all visible strokes, as a share of the picture's shorter side; none without strokes."""
    if not (placed := view.once(_placed)):
        return None
    frame = placed[0].viewport
    widths = [shape.stroke for shape, _ in placed[1] if shape.stroke > 0]
    if frame is None or not widths:
        return None
    return min(1.0, median(widths) / min(frame[2] - frame[0], frame[3] - frame[1]))
