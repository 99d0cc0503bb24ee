"""Orders that an instruction asks for ("list the x-axis in descending order") held against what was plotted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from janus_reward.evidence.plots import Plot

Target = Literal["category", "value", "any"]

_SENTENCES = 400
_LEAST = 2
_VERB = r"\b(?:sort|order|rank|arrang|list|display|show|present)\w{0,4}\b|\bin \w+ order\b|\bby (?:the )?[xy]\b"
_VERBS = re.compile(_VERB, re.IGNORECASE)
_HIGH = r"(?:high(?:est)?|larg(?:e|est)|great(?:est)?|big(?:gest)?|most|max(?:imum)?)"
_LOW = r"(?:low(?:est)?|small(?:est)?|least|few(?:est)?|min(?:imum)?)"
_DOWN = re.compile(rf"\b(?:desc(?:ending)?|decreasing)\b|\b{_HIGH} to {_LOW}\b|\bz ?(?:to|-) ?a\b", re.IGNORECASE)
_UP = re.compile(
    rf"\b(?:asc(?:ending)?|increasing)(?: order)?\b|\b{_LOW} to {_HIGH}\b|\balphabetical(?:ly)?\b|\ba ?(?:to|-) ?z\b",
    re.IGNORECASE,
)
_NAMES_VALUES = r"\by[- ]?ax[ie]s\b|\bY\b|\btotal\b|\bnumber\b|\bvalues?\b|\bcounts?\b|\bamount\b|\bheights?\b"
_NAMES_CATEGORIES = r"\bx[- ]?ax[ie]s\b|\bX\b|\bnames?\b|\balphabetical|\blabels?\b|\bcategor(?:y|ies)\b"
_VALUES = re.compile(_NAMES_VALUES, re.IGNORECASE)
_CATEGORIES = re.compile(_NAMES_CATEGORIES, re.IGNORECASE)
_KEY = re.compile(r"\b(?:(?:sort|order|rank|arrang)\w{0,4} by|order of)(?P<key>(?: [\w'-]+){1,4})", re.IGNORECASE)
_NOT_DRAWN = re.compile(r"\b(?:animation|z-index|tab order|in order to|algorithm|array|list of steps)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[-−+]?\d[\d,]{0,15}(?:\.\d{1,12})?%?\Z")
_CYCLES = (
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
)


@dataclass(frozen=True, slots=True)
class Order:
    """An order asked for: of what, and which way."""

    target: Target
    descending: bool
    written: str


def asked_orders(text: str) -> tuple[Order, ...]:
    """Read the orders that a text asks for, one a clause, at most five."""
    found: dict[tuple[Target, bool], Order] = {}
    for clause in re.split(r"(?<=[.;!?])\s|\n|,(?=\s)", text)[:_SENTENCES]:
        order = _order(clause[-240:]) if len(clause) < 2_000 else None
        if order is not None:
            found.setdefault((order.target, order.descending), order)
    return tuple(found.values())[:5]


def _order(clause: str) -> Order | None:
    down, up = _DOWN.search(clause), _UP.search(clause)
    if not (down or up) or (down and up) or not _VERBS.search(clause) or _NOT_DRAWN.search(clause):
        return None
    way = down or up
    if way is None:
        return None
    near = clause[max(0, way.start() - 60) : way.end() + 60]
    key = _KEY.search(near)
    return Order(_target(key["key"] if key else near), bool(down), clause.strip()[-100:])


def _target(clause: str) -> Target:
    values = [match.start() for match in _VALUES.finditer(clause)]
    categories = [match.start() for match in _CATEGORIES.finditer(clause)]
    if not values and not categories:
        return "any"
    return "value" if max(values, default=-1) > max(categories, default=-1) else "category"


def held(order: Order, plots: Sequence[Plot]) -> bool | None:
    """Whether what was plotted has the order; `None` where there are too few marks to tell, or several plots."""
    if len(plots) != 1:
        return None
    values = _in_order(_values(plots[0]), order.descending)
    names = _names_in_order(_names(plots[0]), order.descending)
    if plots[0].value_axis == "x":
        flipped = Order(order.target, not order.descending, order.written)
        values = _either(values, _in_order(_values(plots[0]), flipped.descending))
        names = _either(names, _names_in_order(_names(plots[0]), flipped.descending))
    if plots[0].value_axis == "x":
        return _either(values, names)
    if order.target == "any":
        return _either(values, names) or (None if values is None else False)
    return values if order.target == "value" else names


def _either(one: bool | None, other: bool | None) -> bool | None:
    known = [answer for answer in (one, other) if answer is not None]
    return any(known) if known else None


def _values(plot: Plot) -> list[float]:
    """Heights by place, stacked ones summed; empty unless every series has all its values told."""
    heights: dict[float, float] = {}
    axis = plot.category_axis
    for series in plot.series:
        places = series.x if axis == "x" else series.y
        if series.n != len(series.values):
            return []
        if len(places) != len(series.values):
            return _drawn_lengths(plot)
        for place, value in zip(places, series.values, strict=True):
            at = round(place, 3)
            heights[at] = heights.get(at, 0.0) + value
    return [heights[at] for at in sorted(heights)]


def _drawn_lengths(plot: Plot) -> list[float]:
    """The same of bars whose places are not told, in canvas units as drawn; empty where some hang below the axis."""
    bars = plot.of("bar")
    told = [value for series in plot.series for value in series.values]
    if len(bars) != len(told) or any(series.kind != "bar" for series in plot.series) or min(told, default=-1) < 0:
        return []
    lengths: dict[float, float] = {}
    at = 0 if plot.category_axis == "x" else 1
    for bar in bars:
        place = round((bar.box[at] + bar.box[at + 2]) / 2)
        lengths[place] = lengths.get(place, 0.0) + round(bar.box[3 - at] - bar.box[1 - at], 1)
    return [lengths[place] for place in sorted(lengths)]


def _names(plot: Plot) -> list[str]:
    return [label.text.strip() for label in plot.ticks.get(plot.category_axis, ())]


def _in_order(values: Sequence[float], descending: bool) -> bool | None:
    if len(values) < _LEAST or len(set(values)) < 2:
        return None
    signed = [-value for value in values] if descending else list(values)
    slack = 1e-9 * max(map(abs, signed))
    return all(later >= earlier - slack for earlier, later in pairwise(signed))


def _names_in_order(names: Sequence[str], descending: bool) -> bool | None:
    if len(names) < _LEAST or len(set(names)) < len(names):
        return None
    if all(_NUMBER.match(name) for name in names):
        return _in_order([float(re.sub("[,%]", "", name.replace("−", "-"))) for name in names], descending)
    folded = [name.casefold() for name in (reversed(names) if descending else names)]
    return folded == sorted(folded) or any(_follows(folded, cycle) for cycle in _CYCLES)


def _follows(names: Sequence[str], cycle: Sequence[str]) -> bool:
    places = [cycle.index(name[:3]) if name[:3] in cycle else -1 for name in names]
    return min(places) >= 0 and places == sorted(places)
