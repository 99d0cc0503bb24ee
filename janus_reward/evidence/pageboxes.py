"""The boxes of a page as its renderer reported them, checked and typed, and measures of how they are laid out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from janus_reward.evidence.layout import Box
from janus_reward.evidence.view import View

PAGES = frozenset({"html", "javascript"})
"""Languages whose renders are pages."""

_LARGE_PX, _LARGE_BOLD_PX, _BOLD = 24.0, 18.66, 700
_SNAP_PX = 2.0
_LIMIT = 600


@dataclass(frozen=True, slots=True)
class PageBox:
    """One element of a page; `box` (x0, y0, x1, y1) and `size` in CSS pixels, y down.

    Args:
        kind: `text`, `control`, `media`, `landmark` or `box`.
        parent: position of the nearest listed ancestor, -1 for none.
        chars: characters of text of its own.
        contrast: WCAG contrast ratio of its text, `None` where it stands on a picture or a gradient.
        tag: lower-case name of the element.
        at: position in the list, which `parent` of others points to.
    """

    kind: str
    box: Box
    parent: int = -1
    chars: int = 0
    size: float | None = None
    bold: bool = False
    family: str = ""
    contrast: float | None = None
    tag: str = ""
    at: int = -1

    @property
    def least_contrast(self) -> float:
        """The ratio that WCAG 2.1, criterion 1.4.3 (AA), asks for: 3 for large text, else 4.5."""
        size = self.size or 0.0
        return 3.0 if size >= _LARGE_PX or (self.bold and size >= _LARGE_BOLD_PX) else 4.5

    @property
    def area(self) -> float:
        """Square CSS pixels."""
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])


def boxes(view: View) -> tuple[PageBox, ...] | None:
    """The boxes of a page (at most 600); `None` for anything but a drawn page."""
    raw = fact(view, "boxes", list)
    if raw is None:
        return None
    return tuple(box for at, item in enumerate(raw[:_LIMIT]) if (box := _read(item, at)) is not None)


def canvas(view: View) -> tuple[float, float] | None:
    """Width and height of a drawn page in CSS pixels, between 1 and ten million."""
    size = tuple(_numbers(fact(view, "canvas", list)))
    return (size[0], size[1]) if len(size) == 2 and min(size) >= 1 else None


def fact(view: View, name: str, kind: type) -> Any:
    """A fact of a drawn page of the right type, else `None`."""
    if view.language not in PAGES or not view.drawn:
        return None
    value = view.facts.get(name)
    return value if isinstance(value, kind) else None


def count(mapping: object, name: str) -> int | None:
    """A count in a fact: a whole number from 0 to a million, else `None`."""
    value = mapping.get(name) if isinstance(mapping, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**6 else None


def share(view: View, name: str, part: str, whole: str) -> float | None:
    """Share of two counts in one fact; `None` when there is nothing to share out."""
    counts = fact(view, name, Mapping)
    some, everything = count(counts, part), count(counts, whole)
    if some is None or not everything:
        return None
    return min(1.0, some / everything)


def records(view: View, name: str, limit: int = 100) -> list[Mapping[str, Any]] | None:
    """The objects of a list fact, at most `limit`; `None` for anything but a drawn page that has it."""
    raw = fact(view, name, list)
    return None if raw is None else [item for item in raw[:limit] if isinstance(item, Mapping)]


def filled(view: View) -> tuple[PageBox, ...]:
    """The boxes of a page that hold something: texts, controls and media; empty where there is no page."""
    return tuple(box for box in view.once(boxes) or () if box.kind in ("text", "control", "media"))


def written(view: View) -> tuple[PageBox, ...]:
    """The boxes with text of their own; empty where there is no page."""
    return tuple(box for box in view.once(boxes) or () if box.chars)


def shared_edges(found: Sequence[PageBox], axis: int) -> float | None:
    """Share of the boxes with an edge or a centre, along an axis (0: x, 1: y), that another box has too.

    Of the best of first edges, last edges and centres. Boxes that lie wholly in one another are compared as well:
    padding makes their edges differ. `None` for fewer than three boxes.
    """
    if len(found) < 3:
        return None
    lines = (
        [box.box[axis] for box in found],
        [box.box[axis + 2] for box in found],
        [(box.box[axis] + box.box[axis + 2]) / 2 for box in found],
    )
    return max(_shared(line) for line in lines)


def distinct_lines(values: Sequence[float]) -> int:
    """How many different positions there are, those within 2 px of the one before counted once."""
    ordered = sorted(values)
    return sum(1 for i, value in enumerate(ordered) if i == 0 or value - ordered[i - 1] > _SNAP_PX)


def balance(found: Sequence[PageBox], canvas: tuple[float, float], axis: int) -> float | None:
    """1 where the areas on both sides of the middle are alike, 0 where all are on one side.

    BM of Ngo, Teo and Byrne (2003), "Modelling interface aesthetics", with area times distance from the middle as
    the weight of a box; the boxes of the canvas only.
    """
    middle = canvas[axis] / 2
    weights = [0.0, 0.0]
    for box in found:
        centre = (box.box[axis] + box.box[axis + 2]) / 2 - middle
        weights[centre > 0] += box.area * abs(centre)
    heaviest = max(weights)
    return 1 - abs(weights[0] - weights[1]) / heaviest if heaviest > 0 else None


def _shared(values: list[float]) -> float:
    ordered = sorted(values)
    near = [b - a <= _SNAP_PX for a, b in pairwise(ordered)]
    return sum(before or after for before, after in zip([False, *near], [*near, False], strict=True)) / len(values)


def _read(item: object, at: int) -> PageBox | None:
    if not isinstance(item, Mapping):
        return None
    box = tuple(_numbers(item.get("box")))
    if len(box) != 4 or box[2] <= box[0] or box[3] <= box[1]:
        return None
    kind, family, parent, tag = (item.get(name) for name in ("kind", "family", "parent", "tag"))
    weight = _number(item.get("weight"))
    contrast = _number(item.get("contrast"))
    return PageBox(
        kind=kind if isinstance(kind, str) else "box",
        box=(box[0], box[1], box[2], box[3]),
        parent=parent if isinstance(parent, int) and -1 <= parent < _LIMIT else -1,
        chars=count(item, "chars") or 0,
        size=_number(item.get("size")),
        bold=weight is not None and weight >= _BOLD,
        family=family[:60] if isinstance(family, str) else "",
        contrast=contrast if contrast is not None and 1 <= contrast <= 21 else None,
        tag=tag.lower()[:40] if isinstance(tag, str) else "",
        at=at,
    )


def _numbers(value: object) -> Iterator[float]:
    for item in value[:4] if isinstance(value, (list, tuple)) else ():
        found = _number(item)
        if found is not None:
            yield found


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e7 <= value <= 1e7:
        return None
    return float(value) if math.isfinite(value) else None
