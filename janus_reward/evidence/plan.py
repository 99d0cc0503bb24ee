"""What a structured specification names: its parts by id, their states, functions and values, held against the page.

All signals are none where the instruction names no part by id, or where the code is no HTML page.
"""

from __future__ import annotations

import re

from janus_reward.evidence import plan_seen
from janus_reward.evidence.lexis import numbers_of
from janus_reward.evidence.plan_match import NUMBER, folded, plan
from janus_reward.evidence.signal import signal
from janus_reward.evidence.specification import Part
from janus_reward.evidence.view import View
from janus_reward.evidence.wiring import Element, wiring

__all__ = ["plan_seen"]

_BULLET = re.compile(r"^[ \t]{0,24}(?:[-*+]|\d{1,2}\.)[ \t]", re.MULTILINE)


def _share(found: int, asked: int) -> float | None:
    return found / asked if asked else None


@signal("plan.parts_total", unit="count", high=80)
def parts_total(view: View) -> float | None:
    """Elements that the instruction names by id."""
    found = view.once(plan)
    return float(len(found.parts)) if found else None


@signal("plan.controls_total", unit="count", high=80)
def controls_total(view: View) -> float | None:
    """Elements named by id that a user drives (sliders, buttons, inputs ...)."""
    found = view.once(plan)
    return float(len(found.controls)) if found else None


@signal("plan.steps_total", unit="count", high=10_000)
def steps_total(view: View) -> float | None:
    """Bullets and numbered items of the instruction: how much is asked for."""
    found = view.once(plan)
    return float(sum(1 for _ in _BULLET.finditer(found.text))) if found else None


@signal("plan.parts_declared")
def parts_declared(view: View) -> float | None:
    """Share of the elements named by id that the page declares or makes."""
    found = view.once(plan)
    return 1 - len(found.missing) / len(found.parts) if found else None


@signal("plan.controls_declared")
def controls_declared(view: View) -> float | None:
    """Share of the controls named by id that the page declares or makes."""
    found = view.once(plan)
    return _share(sum(map(found.there, found.controls)), len(found.controls)) if found else None


@signal("plan.kinds_right")
def kinds_right(view: View) -> float | None:
    """Share of the declared controls that are of the kind asked for (slider, button, select ...)."""
    found = view.once(plan)
    if found is None:
        return None
    declared = [(part, found.page.by_id[part.id]) for part in found.controls if part.id in found.page.by_id]
    return _share(sum(_kind_right(part, element) for part, element in declared), len(declared))


@signal("plan.states_right")
def states_right(view: View) -> float | None:
    """Share of the initial values, minima, maxima and steps of controls that the page sets as asked."""
    found = view.once(plan)
    return found.states.share if found else None


@signal("plan.states_contradicted")
def states_contradicted(view: View) -> float | None:
    """Share of the initial values, minima, maxima and steps of controls that the page sets to something else."""
    found = view.once(plan)
    return _share(found.states.contradicted, found.states.asked) if found else None


@signal("plan.controls_wired")
def controls_wired(view: View) -> float | None:
    """Share of the controls named by id that the script listens to, as far as its text tells."""
    found = view.once(plan)
    if found is None:
        return None
    return _share(sum(found.page.listens(part.id) for part in found.controls), len(found.controls))


@signal("plan.parts_used")
def parts_used(view: View) -> float | None:
    """Share of the elements named by id that the script names."""
    found = view.once(plan)
    return _share(sum(found.page.mentions(part.id) for part in found.parts), len(found.parts)) if found else None


@signal("plan.lookups_resolved")
def lookups_resolved(view: View) -> float | None:
    """Share of the ids that the script looks up which the page declares or makes."""
    page = view.once(wiring)
    if page is None:
        return None
    return _share(sum(name in page.by_id or name in page.made for name in page.looked_up), len(page.looked_up))


@signal("plan.functions_defined")
def functions_defined(view: View) -> float | None:
    """Share of the functions named in code spans that the script defines."""
    found = view.once(plan)
    return (
        _share(sum(name in found.page.functions for name in found.functions), len(found.functions)) if found else None
    )


@signal("plan.events_handled")
def events_handled(view: View) -> float | None:
    """Share of the events named in code spans that the page names."""
    found = view.once(plan)
    if found is None:
        return None
    code = view.lexis.stripped.lower()
    return _share(sum(event in code for event in found.events), len(found.events))


@signal("plan.constants_found")
def constants_found(view: View) -> float | None:
    """Share of the numbers in code spans (whole numbers up to ten left out) that the code holds."""
    found = view.once(plan)
    if found is None or not found.constants:
        return None
    return len(found.constants & numbers_of(view.lexis.stripped)) / len(found.constants)


@signal("plan.labels_shown")
def labels_shown(view: View) -> float | None:
    """Share of the labels given for elements that the picture shows."""
    found = view.once(plan)
    if found is None or found.shown is None:
        return None
    labels = {folded(part.states["label"]) for part in found.parts if part.states.get("label", "").strip()}
    return _share(sum(label in found.shown for label in labels), len(labels))


@signal("plan.values_shown")
def values_shown(view: View) -> float | None:
    """Share of the initial values of sliders and of displays that the picture shows as text."""
    found = view.once(plan)
    if found is None or found.shown is None:
        return None
    numbers = numbers_of(found.shown)
    values = [
        part.states["initial"] for part in found.parts if part.kind in ("slider", None) and "initial" in part.states
    ]
    values = [value for value in values if NUMBER.match(value) or _short_text(value)]
    return _share(sum(_value_shown(value, numbers, found.shown) for value in values), len(values))


@signal("plan.drawing_calls", unit="count", high=100_000)
def drawing_calls(view: View) -> float | None:
    """Calls of the script that draw: canvas, p5, Plotly, three.js, made elements."""
    page = view.once(wiring)
    return float(page.drawing_calls) if page else None


@signal("plan.script_per_plan", unit="ratio", high=1_000)
def script_per_plan(view: View) -> float | None:
    """Characters of script for each character of the instruction."""
    found = view.once(plan)
    return min(1_000.0, len(found.page.script) / len(found.text)) if found else None


def _short_text(value: str) -> bool:
    """Whether an initial value is a text short enough to be shown as it stands."""
    return 3 <= len(value) <= 60 and value.count(" ") <= 5


def _value_shown(value: str, numbers: set[float], shown: str) -> bool:
    return abs(float(value)) in numbers if NUMBER.match(value) else folded(value) in shown


def _kind_right(part: Part, element: Element) -> bool:
    return element.kind == part.kind or {part.kind, element.kind} in ({"button", "a"}, {"checkbox", "input"})
