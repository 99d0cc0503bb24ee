"""The text and the marks of a picture as its renderer reported them, checked and typed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.colors import RGB
from janus_reward.evidence import palette

Box = tuple[float, float, float, float]
_TEXT_LIMIT = 2_000
_LARGEST = 10**15


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the picture; `box` (x0, y0, x1, y1) and `size` in canvas units, y down."""

    role: str
    text: str
    box: Box | None = None
    size: float | None = None
    color: RGB | None = None
    rotation: float = 0.0

    @property
    def upright(self) -> bool:
        """Whether the text runs along an axis, so that its box hugs it."""
        return min(self.rotation % 90, 90 - self.rotation % 90) < 10


@dataclass(frozen=True, slots=True)
class Axes:
    """One plotting area; `marks` is `None` where the renderer counts them only for the whole picture."""

    title: str
    x_label: str
    y_label: str
    legend: tuple[str, ...]
    projection: str
    marks: Mapping[str, float] | None


def texts_of(facts: Mapping[str, Any]) -> tuple[Text, ...] | None:
    """The non-empty texts of the facts; `None` when the renderer reported no structure."""
    raw = facts.get("texts")
    if not isinstance(raw, (list, tuple)):
        return None
    return tuple(_text(item) for item in raw[:_TEXT_LIMIT] if isinstance(item, Mapping) and _word(item.get("text")))


def axes_of(facts: Mapping[str, Any]) -> tuple[Axes, ...] | None:
    """The plotting areas of the facts; `None` when the renderer reported none at all."""
    raw = facts.get("axes")
    if not isinstance(raw, (list, tuple)):
        return None
    return tuple(_axes(item) for item in raw[:200] if isinstance(item, Mapping))


def counts_of(facts: Mapping[str, Any], name: str) -> dict[str, float] | None:
    """A {kind: count} fact with its numbers checked; `None` when absent."""
    raw = facts.get(name)
    if not isinstance(raw, Mapping):
        return None
    return {str(kind): float(count) for kind, count in raw.items() if _number(count) is not None}


def strings_of(facts: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """A list of strings; `None` when absent."""
    raw = facts.get(name)
    return tuple(item for item in raw if isinstance(item, str)) if isinstance(raw, (list, tuple)) else None


def canvas_of(facts: Mapping[str, Any]) -> tuple[float, float] | None:
    """The size of the canvas in its own units; `None` when absent or empty."""
    raw = facts.get("canvas")
    if not isinstance(raw, (list, tuple)) or len(raw) != 2:
        return None
    width, height = (_number(side) for side in raw)
    return (width, height) if width and height and width > 0 and height > 0 else None


def _text(item: Mapping[str, Any]) -> Text:
    color = item.get("color")
    return Text(
        role=_word(item.get("role")) or "text",
        text=_word(item.get("text")),
        box=_box(item.get("box")),
        size=_number(item.get("size")),
        color=palette.parse(color) if isinstance(color, str) else None,
        rotation=_number(item.get("rotation")) or 0.0,
    )


def _axes(item: Mapping[str, Any]) -> Axes:
    legend = item.get("legend")
    return Axes(
        title=_word(item.get("title")),
        x_label=_word(item.get("x_label")),
        y_label=_word(item.get("y_label")),
        legend=tuple(map(str, legend)) if isinstance(legend, (list, tuple)) else (),
        projection=_word(item.get("projection")),
        marks=counts_of(item, "marks"),
    )


def _word(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int) and abs(value) > _LARGEST:
        return None
    return float(value) if math.isfinite(value) else None


def _box(value: object) -> Box | None:
    if not isinstance(value, (list, tuple)) or len(value) != 4:
        return None
    corners = [_number(corner) for corner in value]
    if any(corner is None for corner in corners):
        return None
    x0, y0, x1, y1 = (corner for corner in corners if corner is not None)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def overlapping(texts: tuple[Text, ...], limit: int = 600, *, nested: bool = False) -> tuple[list[int], int]:
    """Which texts cover another one, and how many have a box (at most `limit` are compared).

    Two upright texts overlap when they share more than a fifth of the smaller box; slanted ones, whose boxes are mostly
    empty, when their centres are nearer than half a line. The same words in the same place count once. `nested`: a text
    wholly inside another one is part of it, as the elements of a page are.
    """
    boxed = [(index, text) for index, text in enumerate(texts) if text.box][:limit]
    if len(boxed) < 2:
        return [], len(boxed)
    boxes = np.array([text.box for _, text in boxed], dtype=np.float64)
    upright = np.array([text.upright for _, text in boxed])
    hit = np.where(upright[:, None] & upright[None, :], _share_of_smaller(boxes) > 0.2, _centres_touch(boxes, boxed))
    hit &= ~_same_words(boxed, boxes)
    if nested:
        hit &= ~_inside(boxes)
    np.fill_diagonal(hit, False)
    return [boxed[i][0] for i in np.flatnonzero(hit.any(axis=1))], len(boxed)


def _inside(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    starts, ends = boxes[:, :2], boxes[:, 2:]
    within = (starts[:, None] >= starts - 1).all(axis=2) & (ends[:, None] <= ends + 1).all(axis=2)
    return np.logical_or(within, within.T)


def _share_of_smaller(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    x0, y0, x1, y1 = boxes.T
    width = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    height = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    area = (x1 - x0) * (y1 - y0)
    shared: NDArray[np.float64] = width.clip(0) * height.clip(0) / np.minimum(area[:, None], area)
    return shared


def _centres_touch(boxes: NDArray[np.float64], boxed: list[tuple[int, Text]]) -> NDArray[np.bool_]:
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    apart = np.hypot(*(centres[:, None, :] - centres[None, :, :]).transpose(2, 0, 1))
    size = np.array([text.size or 0.0 for _, text in boxed])
    near: NDArray[np.bool_] = apart < np.minimum(size[:, None], size) / 2
    return near


def _same_words(boxed: list[tuple[int, Text]], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    words = np.array([text.text for _, text in boxed], dtype=object)
    close = np.abs(boxes[:, None, :2] - boxes[None, :, :2]).max(axis=2) < 2
    same: NDArray[np.bool_] = (words[:, None] == words[None, :]) & close
    return same


def outside(texts: tuple[Text, ...], canvas: tuple[float, float]) -> Iterator[Text]:
    """Texts of which more than a tenth lies beyond the canvas."""
    for text in texts:
        if text.box is None:
            continue
        x0, y0, x1, y1 = text.box
        inside = max(0.0, min(x1, canvas[0]) - max(x0, 0)) * max(0.0, min(y1, canvas[1]) - max(y0, 0))
        if inside < 0.9 * (x1 - x0) * (y1 - y0):
            yield text
