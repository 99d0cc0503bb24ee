"""Signals over what changed in the element tree, and whether the instruction asked for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import inf

from janus_reward.evidence.lexis import CODE_LIMIT
from janus_reward.evidence.signal import signal
from janus_reward.evidence.tree_change import Change, TreeChange, tree_change
from janus_reward.evidence.view import View

_ASKED: tuple[tuple[str, str], ...] = (
    (r"colou?r|\b(?:red|blue|green|orange|purple|yellow|pink|teal|black|white|gr[ae]y|navy)\b|dark|light|theme|#[0-9a-f]{3,8}\b",
     r"color|fill|stroke|background|shadow|filter"),
    (r"background|gradient", r"background"),
    (r"margin|spac(?:e|ing)|gap|apart|closer", r"margin|gap|padding|letter-spacing|word-spacing|line-height"),
    (r"padding|roomier|tighter", r"padding"),
    (r"\bbold|weight|heavier|thinner", r"font-weight|stroke-width|border"),
    (r"font|typeface|serif|\bsize|larger|bigger|smaller|huge|tiny", r"font|line-height|width|height|box"),
    (r"italic|slanted", r"font-style"),
    (r"round(?:ed|er)?\b|corner|radius|pill|circle", r"radius"),
    (r"opacity|transparen|translucent|fade", r"opacity|color"),
    (r"border|outline|frame", r"border|outline"),
    (r"shadow|elevat|depth", r"shadow"),
    (r"\balign|cent(?:er|re)|left|right|justif", r"align|justify|margin|float|position|text-align"),
    (r"row|column|grid|layout|side by side|stack", r"display|grid|flex|float|gap|column"),
    (r"underline|strike", r"text-decoration"),
    (r"upper-?case|lower-?case|capital", r"text-transform|text"),
    (r"hide|hidden|show|visible", r"display|visibility|opacity|element"),
    (r"rotat|tilt|scale|move|shift", r"transform|position|margin"),
    (r"hover|anim|transition", r"transition|animation|cursor"),
    (r"\badd|insert|include|new\b|append|extra", r"element|text"),
    (r"remov|delete|drop|without", r"element|text"),
    (r"renam|replac|rewrite|say|text|title|heading|label|word|change .{0,40} to", r"text|element"),
)  # fmt: skip
"""Words of an instruction, and the properties that they ask to change; colour is the first."""

_WRITTEN_COLOR = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\([^)\n]{5,40}\)")


@signal("change.elements_changed", unit="count", high=inf)
def elements_changed(view: View) -> float | None:
    """Elements of a page whose own style or text changed, that came or that went."""
    change = view.once(tree_change)
    return None if change is None else float(change.touched)


@signal("change.properties_changed", unit="count", high=inf)
def properties_changed(view: View) -> float | None:
    """Single properties and texts of a page's elements that changed (at most 400 are counted)."""
    change = view.once(tree_change)
    return None if change is None else float(len(change.changes))


@signal("change.elements_lost", unit="count", high=inf)
def elements_lost(view: View) -> float | None:
    """Elements of the page before that are not there any more."""
    change = view.once(tree_change)
    return None if change is None else float(change.removed)


@signal("change.asked_properties_made")
def asked_properties_made(view: View) -> float | None:
    """Share of the kinds of change (colour, size, text ...) that the instruction asks for which the page shows."""
    change, asked = view.once(tree_change), asked_for(view)
    if change is None or not asked:
        return None
    return sum(any(re.search(kind, made.property) for made in change.changes) for kind in asked) / len(asked)


@signal("change.unasked_property_share")
def unasked_property_share(view: View) -> float | None:
    """Share of a page's changed properties that no word of the instruction asks for; none where nothing changed."""
    change, asked = view.once(tree_change), asked_for(view)
    if change is None or not change.changes or not asked:
        return None
    return len(list(_unasked(change.changes, asked))) / len(change.changes)


@signal("change.colors_lost")
def colors_lost(view: View) -> float | None:
    """Share of the colours in the code before (hex, rgb) that are gone; none where the instruction speaks of colour."""
    before = view.triple.before.code if view.triple.before else None
    if not before or view.code is None or _ASKED[0][1] in asked_for(view):
        return None
    old, new = (set(_WRITTEN_COLOR.findall(code[:CODE_LIMIT].lower())) for code in (before, view.code))
    return len(old - new) / len(old) if old else None


def asked_for(view: View) -> tuple[str, ...]:
    """Patterns of the properties that the instruction's words ask to change."""
    text = (view.triple.instruction or "")[:4_000].lower()
    return tuple(kind for words, kind in _ASKED if re.search(words, text))


def change_notes(change: TreeChange | None) -> list[str]:
    """The first forty changes in words."""
    if change is None:
        return []
    return [
        f"{made.element[:120]} {made.property}: {made.before[:60]} -> {made.after[:60]}" for made in change.changes[:40]
    ]


def _unasked(changes: Iterable[Change], asked: Iterable[str]) -> Iterable[Change]:
    kinds = [re.compile(kind) for kind in asked]
    return (made for made in changes if not any(kind.search(made.property) for kind in kinds))
