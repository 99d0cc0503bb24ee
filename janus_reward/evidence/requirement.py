"""Every requirement that can be read from an instruction, answered found, contradicted or unknown.

*Found*: it is in the code (comments left out) or in the picture. *Contradicted*: something else is there in its place,
or its side of the answer is known in full and holds it not. *Unknown*: nothing tells; a quoted text that is nowhere may
still be drawn on a canvas. What is contradicted in the picture stays contradicted whatever the code says.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from janus_reward.evidence import arrangement, ordering
from janus_reward.evidence.matching import Match, Matching, matching
from janus_reward.evidence.plan_match import Plan, plan, state_held
from janus_reward.evidence.plots import plots
from janus_reward.evidence.view import View

Answer = Literal["found", "contradicted", "unknown"]
KINDS = (
    "quote",
    "number",
    "color",
    "chart_type",
    "count",
    "widget",
    "part",
    "tool",
    "order",
    "section",
    "layout",
    "id",
    "state",
)
"""Kinds of requirements, in the order they are listed."""

_EACH = 200
_NEAR_MISS = 0.8
_COMPARED = 60
_QUOTES_COMPARED = 40


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing asked for, and what the code and the picture answer."""

    kind: str
    text: str
    in_code: Answer = "unknown"
    in_picture: Answer = "unknown"

    @property
    def answer(self) -> Answer:
        """Both sides together: the picture decides where it knows."""
        return self.in_picture if self.in_picture != "unknown" else self.in_code


def requirements(view: View) -> tuple[Requirement, ...] | None:
    """Read and answer all requirements; `None` without an instruction or without anything to hold it against."""
    comparison = view.once(matching)
    if comparison is None or (view.code is None and view.picture_words is None):
        return None
    found = [*_texts(view, comparison), *_matched(comparison), *_parts(comparison), *_orders(view)]
    found += arrangement_requirements(view)
    specified = view.once(plan)
    if specified is not None:
        found += _specified(specified)
    return tuple(found)


def counted(view: View, kind: str | None = None) -> Counter[str] | None:
    """Requirements by answer, all or of one kind; `None` where there are none."""
    found = view.once(requirements)
    counts: Counter[str] = Counter(one.answer for one in found or () if kind in (None, one.kind))
    return counts if counts else None


def _texts(view: View, comparison: Matching) -> Iterator[Requirement]:
    shown = comparison.quoted_in_picture
    titles = comparison.titles_asked
    for index, quote in enumerate(comparison.quoted.asked[:_EACH]):
        in_code: Answer = "found" if comparison.in_code(quote) else "unknown"
        in_picture: Answer = "found" if shown is not None and quote not in shown.missing else "unknown"
        if in_picture == "unknown" and shown is not None:
            misspelt = index < _QUOTES_COMPARED and _misspelt(view, quote)
            in_picture = "contradicted" if misspelt or _retitled(view, quote, titles) else "unknown"
        yield Requirement("quote", quote, in_code, in_picture)
    for kind, match in (("number", comparison.numbers), ("color", comparison.colors)):
        for item in match.asked[:_EACH]:
            yield Requirement(kind, item, "unknown" if item in match.missing else "found")


def _misspelt(view: View, quote: str) -> bool:
    """Whether the picture shows all but the same text: a word of six letters or more with a letter or two wrong."""
    if len(quote) < 6:
        return False
    wanted = quote.casefold()
    for text in (view.texts or ())[:_COMPARED]:
        there = text.text.casefold()
        if abs(len(there) - len(wanted)) <= 2 and there != wanted and not _differ_in_digits(there, wanted):
            matcher = difflib.SequenceMatcher(None, wanted, there, autojunk=False)
            if matcher.quick_ratio() >= _NEAR_MISS and matcher.ratio() >= _NEAR_MISS:
                return True
    return False


def _differ_in_digits(one: str, other: str) -> bool:
    return [sign for sign in one if sign.isdigit()] != [sign for sign in other if sign.isdigit()]


def _retitled(view: View, quote: str, titles: tuple[str, ...]) -> bool:
    """Whether the quote was to be the title of the only plot and that plot is titled otherwise."""
    drawn = [plot.names["title"] for plot in view.once(plots)]
    return quote in titles and len(drawn) == 1 and bool(drawn[0]) and quote.casefold() not in drawn[0].casefold()


def _matched(comparison: Matching) -> Iterator[Requirement]:
    """What `Matching` knows in full: a thing that is not there is contradicted."""
    for kind, match in (("chart_type", comparison.chart_types), ("count", comparison.counts)):
        yield from _answered(kind, match, "in_picture")
    yield from _answered("widget", comparison.widgets, "in_picture")
    yield from _answered("tool", comparison.tools if comparison.has_code else None, "in_code")


def _answered(kind: str, match: Match | None, side: str) -> Iterator[Requirement]:
    for item in (match.asked if match else ())[:_EACH]:
        answer: Answer = "contradicted" if match and item in match.missing else "found"
        yield Requirement(kind, item, **{side: answer})


def _parts(comparison: Matching) -> Iterator[Requirement]:
    missing = {
        "title": comparison.title_missing,
        "axis labels": comparison.labels_missing,
        "legend": comparison.legend_missing,
    }
    for name, gone in missing.items():
        if gone is not None:
            yield Requirement("part", name, in_picture="contradicted" if gone else "found")


def _orders(view: View) -> Iterator[Requirement]:
    if view.instruction is None:
        return
    for order in ordering.asked_orders(view.instruction.text):
        kept = ordering.held(order, view.once(plots))
        yield Requirement("order", order.written, in_picture=_three(kept))


def arrangement_requirements(view: View) -> Iterator[Requirement]:
    """Named sections and words of layout."""
    if view.instruction is None or view.language != "html":
        return
    for name in arrangement.sections(view.instruction.text):
        in_code, in_picture = arrangement.section_there(view, name)
        yield Requirement("section", name, _found(in_code), _found(in_picture))
    for wish in arrangement.wishes(view.instruction.text):
        yield Requirement("layout", wish.written, in_picture=_three(arrangement.kept(view, wish)))


def _specified(specified: Plan) -> Iterator[Requirement]:
    for part in specified.parts:
        there = specified.there(part)
        in_code: Answer = "found" if there else "contradicted"
        yield Requirement("id", part.id, in_code)
        element = specified.page.by_id.get(part.id)
        for name, wanted in part.states.items() if element and part.is_control else ():
            if element and name != "label":
                held = state_held(element.states, name, wanted)
                yield Requirement("state", f"{part.id} {name} {wanted}"[:120], _three(held))


def _three(held: bool | None) -> Answer:
    return "unknown" if held is None else "found" if held else "contradicted"


def _found(there: bool) -> Answer:
    return "found" if there else "unknown"


def named(found: Iterable[Requirement] | None, answer: Answer) -> list[str]:
    """The requirements with an answer in words, those of ids and states first: they are the surest."""
    chosen = [one for one in found or () if one.answer == answer]
    return [f"{one.kind}: {one.text}" for one in sorted(chosen, key=lambda one: -KINDS.index(one.kind))]
