"""Named sections and words of layout in an instruction, held against the boxes of a drawn page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from janus_reward.evidence.plots import Box, box, sequence
from janus_reward.evidence.view import View
from janus_reward.evidence.words import content_stems

Side = Literal["left", "right", "top", "bottom"]

_NAMED = re.compile(
    r"\b(?:section|panel|card|tab|sidebar|header|heading|footer|column|area)s? (?:titled|called|named|labell?ed|headed)"
    r" [\"“'`](?P<after>[^\"”'`\n]{2,60})[\"”'`]"
    r"|[\"“'`](?P<quoted>[^\"”'`\n]{2,60})[\"”'`] (?:section|panel|card|tab|column)\b"
    r"|\b(?P<plain>hero|features|pricing|testimonials?|about|contact|newsletter|faq|gallery|services|team|portfolio|blog"
    r"|statistics|skills|projects|products|reviews|footer|header|sidebar) (?:section|panel|area)\b",
    re.IGNORECASE,
)
_COUNTS = {"one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_COLUMNS = re.compile(
    r"\b(?P<count>two|three|four|[234])[- ]columns?\b(?! (?:table|data|wide))|\binto (?P<into>two|three|four) (?:\w+ )?"
    r"columns\b",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\b(?P<what>sidebar|legend|title|logo|navigation|nav bar|navbar|footer|controls?(?: panel)?|canvas)"
    r"(?: \w+){0,3}? (?:on|at|in|to) the (?P<side>left|right|top|bottom)\b(?! of)",
    re.IGNORECASE,
)
_TAGS = {
    "sidebar": ("aside",),
    "navigation": ("nav",),
    "nav bar": ("nav",),
    "navbar": ("nav",),
    "footer": ("footer",),
    "title": ("h1",),
    "canvas": ("canvas",),
}
_BOXES = 600


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish for a layout: `columns` side by side, or a `thing` at a `side`."""

    written: str
    columns: int | None = None
    thing: str | None = None
    side: Side | None = None


def sections(text: str) -> tuple[str, ...]:
    """Sections that a text names, in order, at most twenty."""
    found = (next(group for group in match.groups() if group) for match in _NAMED.finditer(text))
    return tuple(dict.fromkeys(name.strip().lower() for name in found))[:20]


def section_there(view: View, name: str) -> tuple[bool, bool]:
    """Whether the words of a section's name are in the code, and in the picture."""
    wanted = content_stems(name) or {name}
    return wanted <= view.answer_stems or name in view.lexis.stripped.lower(), wanted <= (view.picture_stems or set())


def wishes(text: str) -> tuple[Wish, ...]:
    """Wishes for a layout that a text states, at most ten."""
    found = [
        Wish(match.group(), columns=_COUNTS[(match["count"] or match["into"]).lower()])
        for match in _COLUMNS.finditer(text)
    ]
    for match in _PLACED.finditer(text):
        thing = re.sub(r"s?(?: panel)?$", "", match["what"].lower()) if "control" in match["what"].lower() else None
        side = match["side"].lower()
        sides: dict[str, Side] = {"left": "left", "right": "right", "top": "top", "bottom": "bottom"}
        found.append(Wish(match.group(), thing=thing or match["what"].lower(), side=sides[side]))
    return tuple(dict.fromkeys(found))[:10]


def kept(view: View, wish: Wish) -> bool | None:
    """Whether the drawn page keeps a wish; `None` where its boxes do not tell."""
    if not view.drawn or view.canvas is None:
        return None
    if wish.columns is not None:
        return _columns(view, wish.columns)
    places = list(_places(view, wish.thing or ""))
    if len(places) != 1 or wish.side is None:
        return None
    return _at(places[0], wish.side, view.canvas)


def _places(view: View, thing: str) -> Iterator[Box]:
    for item in sequence(view.facts.get("boxes"))[:_BOXES]:
        tag = item.get("tag") if isinstance(item, dict) else None
        if isinstance(tag, str) and tag.lower() in _TAGS.get(thing, ()):
            where = box(item.get("box"))
            if where is not None:
                yield where


def _at(place: Box, side: Side, canvas: tuple[float, float]) -> bool:
    middle = ((place[0] + place[2]) / 2 / canvas[0], (place[1] + place[3]) / 2 / canvas[1])
    inside = {"left": middle[0] < 0.5, "right": middle[0] > 0.5, "top": middle[1] < 0.5, "bottom": middle[1] > 0.5}
    return inside[side]


def _columns(view: View, count: int) -> bool | None:
    """True if some parent has that many children side by side; boxes cannot tell that none is meant to."""
    rows: dict[tuple[object, int], list[Box]] = {}
    for item in sequence(view.facts.get("boxes"))[:_BOXES]:
        where = box(item.get("box")) if isinstance(item, dict) else None
        if where is not None and where[2] - where[0] > 80 and where[3] - where[1] > 30:
            rows.setdefault((str(item.get("parent")), round(where[1] / 8)), []).append(where)
    if not rows:
        return None
    return True if any(_beside(row) == count for row in rows.values()) else None


def _beside(row: list[Box]) -> int:
    reached, found = float("-inf"), 0
    for place in sorted(row):
        if place[0] >= reached - 1:
            found, reached = found + 1, place[2]
    return found
