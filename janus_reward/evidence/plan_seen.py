"""The picture side of a specification: what became of the named parts on the page as it was drawn.

Reads the facts `ids`, `controls`, `boxes` and `probes` and the pixels inside their boxes; all bounded, all optional.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from janus_reward.colors import coarse_codes
from janus_reward.evidence.plan_match import Plan, plan, state_held
from janus_reward.evidence.plots import Box, area, box, sequence, shared_area, word
from janus_reward.evidence.raster import Raster
from janus_reward.evidence.signal import signal
from janus_reward.evidence.specification import Part
from janus_reward.evidence.view import View

_IDS, _CONTROLS, _BOXES, _PROBES, _SURFACES = 300, 100, 600, 12, 24
_PLACE = re.compile(
    r"canvas|plot|chart|graph|visual|viz|sketch|scene|diagram|animation|three|svg|simulation|map|globe|image",
    re.IGNORECASE,
)
_OUTPUT = re.compile(r"value|display|output|result|readout|label|span|text|info|formula|equation", re.IGNORECASE)
BROKEN = re.compile(r"\bNaN\b|\bundefined\b|\bInfinity\b|\[object \w{1,30}\]|\bnull\b")
_CELL = 12.0
_LEAST_SIDE = 50.0
_LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Shown:
    """An element with an id on the drawn page; `box` in CSS pixels."""

    tag: str
    text: str
    visible: bool
    box: Box | None


@dataclass(frozen=True, slots=True)
class Fill:
    """What is drawn inside a box: share of its 12-pixel cells with an edge, and colours at 4 bits a channel."""

    cells: float
    colors: int

    @property
    def drawn(self) -> bool:
        """Whether there is more than a frame and a speck."""
        return self.cells >= 0.02 and self.colors > 1


def shown_ids(view: View) -> Mapping[str, Shown] | None:
    """Elements with an id; `None` where the renderer tells none. Ask for it with `view.once(shown_ids)`."""
    raw = view.facts.get("ids")
    if not view.drawn or not isinstance(raw, (list, tuple)):
        return None
    found: dict[str, Shown] = {}
    for item in raw[:_IDS]:
        if isinstance(item, Mapping) and word(item.get("id")):
            seen = Shown(
                word(item.get("tag")), word(item.get("text")), item.get("visible") is True, box(item.get("box"))
            )
            found.setdefault(word(item.get("id")), seen)
    return found


def live_controls(view: View) -> Mapping[str, Mapping[str, Any]] | None:
    """Controls by id as the page holds them after loading; `None` where the renderer tells none."""
    raw = view.facts.get("controls")
    if not view.drawn or not isinstance(raw, (list, tuple)):
        return None
    named = [(word(item.get("id")), item) for item in raw[:_CONTROLS] if isinstance(item, Mapping)]
    return {name: item for name, item in reversed(named) if name}


def _probes(view: View) -> list[Mapping[str, Any]]:
    return [item for item in sequence(view.facts.get("probes"))[:_PROBES] if isinstance(item, Mapping)]


def surfaces(view: View) -> tuple[Fill, ...] | None:
    """What is drawn on each canvas, SVG or named place of the page, large ones only, innermost only."""
    ids = view.once(shown_ids)
    if ids is None or view.still is None:
        return None
    page = area((0.0, 0.0, *view.canvas)) if view.canvas else 0.0
    places = [seen.box for name, seen in ids.items() if _PLACE.search(name) and seen.visible and seen.box]
    large = [place for place in [*places, *_media(view)] if _large(place, page)][: 4 * _SURFACES]
    return tuple(fill(view.still, place, view.scale) for place in _innermost(large)[:_SURFACES])


def _media(view: View) -> Iterator[Box]:
    for item in sequence(view.facts.get("boxes"))[:_BOXES]:
        if isinstance(item, Mapping) and word(item.get("tag")).lower() in ("canvas", "svg"):
            where = box(item.get("box"))
            if where is not None:
                yield where


def _large(place: Box, page: float) -> bool:
    sides = place[2] - place[0], place[3] - place[1]
    return min(sides) >= _LEAST_SIDE and area(place) >= _LEAST_SHARE * page


def _innermost(places: Sequence[Box]) -> list[Box]:
    """Boxes that hold no other one; of two that are all but the same, the first."""
    kept = []
    for index, place in enumerate(places):
        inside = [other for other in places if shared_area(place, other) > 0.9 * area(other)]
        smaller = any(area(other) < 0.9 * area(place) for other in inside)
        twin = any(shared_area(place, other) > 0.9 * area(place) for other in places[:index] if other in inside)
        if not smaller and not twin:
            kept.append(place)
    return kept


def fill(still: Raster, place: Box, scale: float) -> Fill:
    """Measure what is drawn inside a box of CSS pixels, its outermost 4 % (the frame) left out."""
    margin = max(4.0, 0.04 * min(place[2] - place[0], place[3] - place[1]))
    corners = (place[0] + margin, place[1] + margin, place[2] - margin, place[3] - margin)
    x0, y0, x1, y1 = (max(0, int(corner * scale / still.step)) for corner in corners)
    edges = still.edges[y0:y1, x0:x1]
    if edges.shape[0] < 2 or edges.shape[1] < 2:
        return Fill(0.0, 0)
    size = max(2, round(_CELL * scale / still.step))
    rows, columns = -(-edges.shape[0] // size), -(-edges.shape[1] // size)
    padded = np.zeros((rows * size, columns * size), dtype=np.bool_)
    padded[: edges.shape[0], : edges.shape[1]] = edges
    cells = padded.reshape(rows, size, columns, size).any(axis=(1, 3))
    codes = coarse_codes(still.pixels[y0:y1, x0:x1].reshape(-1, 3))
    counts = np.bincount(codes, minlength=4096)
    return Fill(float(cells.mean()), int((counts > max(2, 0.0003 * codes.size)).sum()))


def _named(view: View, *, controls: bool) -> tuple[Plan, list[Part]] | None:
    found = view.once(plan)
    if found is None:
        return None
    return found, [part for part in found.parts if part.is_control == controls]


@signal("plan.controls_visible")
def controls_visible(view: View) -> float | None:
    """Share of the controls named by id that are seen on the page."""
    named, ids = _named(view, controls=True), view.once(shown_ids)
    if named is None or ids is None or not named[1]:
        return None
    return sum(part.id in ids and ids[part.id].visible for part in named[1]) / len(named[1])


@signal("plan.parts_visible")
def parts_visible(view: View) -> float | None:
    """Share of the other elements named by id that are seen on the page."""
    named, ids = _named(view, controls=False), view.once(shown_ids)
    if named is None or ids is None or not named[1]:
        return None
    return sum(part.id in ids and ids[part.id].visible for part in named[1]) / len(named[1])


@signal("plan.controls_listened")
def controls_listened(view: View) -> float | None:
    """Share of the controls named by id to which the page listens once it is loaded."""
    named, live = _named(view, controls=True), view.once(live_controls)
    if named is None or live is None or not named[1]:
        return None
    return sum(bool(live.get(part.id, {}).get("listens")) for part in named[1]) / len(named[1])


@signal("plan.live_states_right")
def live_states_right(view: View) -> float | None:
    """Share of the initial values and bounds asked for that the controls have once the page is loaded."""
    named, live = _named(view, controls=True), view.once(live_controls)
    if named is None or live is None:
        return None
    answers = [
        state_held(live[part.id], name, wanted) if part.id in live else False
        for part in named[1]
        for name, wanted in part.states.items()
        if name != "label"
    ]
    known = [answer for answer in answers if answer is not None]
    return sum(known) / len(known) if known else None


@signal("plan.places_filled")
def places_filled(view: View) -> float | None:
    """Share of the places named for drawings (canvas, plot, scene ...) in which something is drawn."""
    named, ids = _named(view, controls=False), view.once(shown_ids)
    if named is None or ids is None or view.still is None:
        return None
    places = [part.id for part in named[1] if _PLACE.search(part.id)][:_SURFACES]
    return sum(_is_filled(view, ids.get(name)) for name in places) / len(places) if places else None


def _is_filled(view: View, seen: Shown | None) -> bool:
    if seen is None or not seen.visible or seen.box is None or view.still is None:
        return False
    return fill(view.still, seen.box, view.scale).drawn


@signal("plan.outputs_filled")
def outputs_filled(view: View) -> float | None:
    """Share of the elements named for values and results that show a text, not an empty or broken one."""
    named, ids = _named(view, controls=False), view.once(shown_ids)
    if named is None or ids is None:
        return None
    outputs = [part.id for part in named[1] if _OUTPUT.search(part.id) and not _PLACE.search(part.id)]
    texts = [ids[name].text if name in ids and ids[name].visible else "" for name in outputs]
    return sum(bool(text) and not BROKEN.search(text) for text in texts) / len(texts) if texts else None


@signal("plan.surfaces", unit="count", high=_SURFACES)
def surface_count(view: View) -> float | None:
    """Large canvases, SVG drawings and places named for drawings on the page."""
    found = view.once(surfaces)
    return float(len(found)) if found is not None else None


@signal("plan.surfaces_drawn")
def surfaces_drawn(view: View) -> float | None:
    """Share of the large canvases, SVG drawings and places for drawings in which something is drawn."""
    found = view.once(surfaces)
    return sum(one.drawn for one in found) / len(found) if found else None


@signal("plan.surface_fill")
def surface_fill(view: View) -> float | None:
    """Share of the fullest surface's cells of 12 pixels that have an edge in them."""
    found = view.once(surfaces)
    return max(one.cells for one in found) if found else None


@signal("plan.surface_colors", unit="count", high=4096)
def surface_colors(view: View) -> float | None:
    """Colours of the most colourful surface, at 4 bits a channel, those below 0.03 % left out."""
    found = view.once(surfaces)
    return float(max(one.colors for one in found)) if found else None


@signal("plan.controls_alive")
def controls_alive(view: View) -> float | None:
    """Share of the controls named by id which the renderer drove and that changed something else on the page."""
    named = _named(view, controls=True)
    wanted = {part.id for part in named[1]} if named else set()
    told = [probe.get("changed") for probe in _probes(view) if word(probe.get("id")) in wanted]
    known = [changed for changed in told if isinstance(changed, bool)]
    return sum(known) / len(known) if known else None


@signal("plan.broken_values", unit="count", high=2_000)
def broken_values(view: View) -> float | None:
    """Texts of a page that show NaN, undefined, null, Infinity or [object Object]."""
    if view.texts is None or view.language != "html":
        return None
    return float(sum(1 for text in view.texts if BROKEN.search(text.text)))
