"""The parts of a page and whether they work: sections, pictures, links, handlers, probes. Family `page`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from janus_reward.evidence.pageboxes import count, fact, records, share
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_OVERDUE = "no answer in time"
"""What a probe says that hung; a busy machine can be the reason as well as the page."""

_FORM = ("slider", "select", "checkbox", "radio", "input")


@signal("page.broken_image_share")
def broken_image_share(view: View) -> float | None:
    """Share of the images that did not load (at most 50)."""
    images = records(view, "images", 50)
    return sum(image.get("broken") is True for image in images) / len(images) if images else None


@signal("page.stretched_image_share")
def stretched_image_share(view: View) -> float | None:
    """Share of the loaded images shown at an aspect ratio more than a tenth off their own."""
    ratios = [ratio for image in records(view, "images", 50) or () if (ratio := _stretch(image)) is not None]
    return sum(ratio > 1.1 for ratio in ratios) / len(ratios) if ratios else None


def _stretch(image: Mapping[str, Any]) -> float | None:
    sides = [*_sides(image.get("natural")), *_sides(image.get("shown"))]
    if len(sides) != 4:
        return None
    ratio = (sides[0] * sides[3]) / (sides[1] * sides[2])
    return max(ratio, 1 / ratio)


def _sides(value: object) -> list[float]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return []
    return [float(side) for side in value if isinstance(side, (int, float)) and 1 <= side <= 1e6]


@signal("page.alt_share")
def alt_share(view: View) -> float | None:
    """Share of the images with an alternative text (an empty one counts: it marks decoration)."""
    images = records(view, "images", 50)
    return sum(isinstance(image.get("alt"), str) for image in images) / len(images) if images else None


@signal("page.empty_section_share")
def empty_section_share(view: View) -> float | None:
    """Share of the sections and named containers that hold no text, picture or control."""
    return share(view, "sections", "empty", "total")


@signal("page.landmarks", unit="count", high=10)
def landmarks(view: View) -> float | None:
    """Kinds of landmarks used (header, nav, main, section, article, aside, footer, form, figure)."""
    found = fact(view, "landmarks", Mapping)
    if found is None:
        return None if fact(view, "boxes", list) is None else 0.0
    return float(min(10, len(found)))


@signal("page.headings_in_order", unit="yes/no")
def headings_in_order(view: View) -> float | None:
    """1 if the headings begin with a first level and skip none on the way down, else 0; none without headings."""
    levels = [level for level in (fact(view, "headings", list) or ())[:50] if level in range(1, 7)]
    if not levels:
        return None
    return float(levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels)))


@signal("page.dead_link_share")
def dead_link_share(view: View) -> float | None:
    """Share of the links that lead nowhere and to whose click nothing listens."""
    return share(view, "links", "dead", "total")


@signal("page.deaf_button_share")
def deaf_button_share(view: View) -> float | None:
    """Share of the buttons to whose click nothing listens."""
    return share(view, "handlers", "deaf", "buttons")


@signal("page.listeners", unit="count", high=1e6)
def listeners(view: View) -> float | None:
    """Elements that listen to user events."""
    found = count(fact(view, "handlers", Mapping), "listeners")
    return None if found is None else float(found)


@signal("page.undefined_handlers", unit="count", high=50)
def undefined_handlers(view: View) -> float | None:
    """Functions that inline handlers call and that do not exist."""
    names = (fact(view, "handlers", Mapping) or {}).get("undefined")
    return float(min(50, len(names))) if isinstance(names, list) else None


@signal("page.controls", unit="count", high=100)
def controls(view: View) -> float | None:
    """Buttons and form controls (at most 100)."""
    found = records(view, "controls")
    return None if found is None else float(len(found))


@signal("page.named_control_share")
def named_control_share(view: View) -> float | None:
    """Share of the visible form controls, buttons left out, with a label of their own (label, aria-label, title)."""
    form = [one for one in records(view, "controls") or () if _shown(one) and one.get("kind") in _FORM]
    return sum(bool(one.get("label")) for one in form) / len(form) if form else None


@signal("page.deaf_control_share")
def deaf_control_share(view: View) -> float | None:
    """Share of the visible form controls, buttons left out, to whose input or change nothing listens."""
    form = [one for one in records(view, "controls") or () if _shown(one) and one.get("kind") in _FORM]
    heard = [one["listens"] for one in form if isinstance(one.get("listens"), list)]
    return sum(not events for events in heard) / len(heard) if heard else None


def _shown(control: Mapping[str, Any]) -> bool:
    return control.get("visible") is True and control.get("disabled") is not True


def _probed(view: View) -> list[Mapping[str, Any]]:
    return records(view, "probes", 12) or []


@signal("page.probe_changed_share")
def probe_changed_share(view: View) -> float | None:
    """Share of the controls driven once (at most 12) that changed anything else, of those where it can be told."""
    told = [one["changed"] for one in _probed(view) if isinstance(one.get("changed"), bool)]
    return sum(told) / len(told) if told else None


@signal("page.probe_input_changed_share")
def probe_input_changed_share(view: View) -> float | None:
    """The same share for sliders, selects, boxes and fields only, whose effect is expected at once."""
    told = [
        one["changed"] for one in _probed(view) if one.get("kind") in _FORM and isinstance(one.get("changed"), bool)
    ]
    return sum(told) / len(told) if told else None


@signal("page.probe_threw_share")
def probe_threw_share(view: View) -> float | None:
    """Share of the controls driven once that threw an error; those that gave no answer in time are left out."""
    driven = [one for one in _probed(view) if one.get("reached") is True and one.get("error") != _OVERDUE]
    return sum(bool(one.get("error")) for one in driven) / len(driven) if driven else None


@signal("page.probe_unreached_share")
def probe_unreached_share(view: View) -> float | None:
    """Share of the controls that could not be hit: hidden, covered, or of no size."""
    probed = _probed(view)
    return sum(one.get("reached") is False for one in probed) / len(probed) if probed else None


@signal("page.blank_canvas_share")
def blank_canvas_share(view: View) -> float | None:
    """Share of the canvases on which nothing is drawn, of those that can be read back."""
    known = [one["drawn"] for one in records(view, "canvases", 50) or () if isinstance(one.get("drawn"), bool)]
    return sum(not drawn for drawn in known) / len(known) if known else None


@signal("page.drawing_shapes", unit="count", high=1e6)
def drawing_shapes(view: View) -> float | None:
    """Shapes in the SVG drawings of the page; none where it has no drawing."""
    shapes = [found for one in records(view, "drawings", 50) or () if (found := count(one, "shapes")) is not None]
    return float(min(10**6, sum(shapes))) if shapes else None


@signal("page.errors", unit="count", high=100)
def errors(view: View) -> float | None:
    """Uncaught errors and console errors of a page that was drawn."""
    if fact(view, "boxes", list) is None:
        return None
    found = [fact(view, name, list) or [] for name in ("page_errors", "console_errors")]
    return float(min(100, sum(map(len, found))))
