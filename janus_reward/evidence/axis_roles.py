"""Which quantity belongs on which axis. Signals of the families `alignment` and `chart`.

An instruction says it outright ("x axis "Year"", `ylabel = "Scores"`), or by the shape of its sentence: of "sales by
month" the sales are measured and the months are the categories; of "the relation between A and B" A runs along x.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Literal

from janus_reward.evidence.plots import Plot, plots
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View
from janus_reward.evidence.words import content_stems

Role = Literal["x", "y", "value", "category"]

_OUTRIGHT = re.compile(
    r"\b(?P<axis>[xy])(?:[- _]?ax[ie]s)?(?:[- _]?(?:label|title|name))?s?\b[^\"“'\n\w]{0,4}"
    r"(?:(?:is|as|to|with|label|title|labell?ed|titled|called|named|reads?|shows?|should be)\b[^\"“'\n\w]{0,4}){0,3}"
    r"[\"“'](?P<words>[^\"”'\n]{1,60})[\"”']",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?P<axis>[xy])[- ]?axis(?: is| shows?| as| for|:)? (?:all |the )?"
    r"(?P<words>[A-Za-z][\w ()]{2,40}?)(?=[,.;\n]| and | [xy][- ]?axis|\Z)",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"(?P<value>(?:[\w'-]+ ){1,5})(?:by|per|over|across|in each|for each|of each|for every|versus|vs\.?|against)"
    r" (?P<category>(?:[\w'-]+ ?){1,4})",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"\b(?:relation(?:ship)?|correlation|association) (?:between|of) (?P<x>(?:[\w'-]+ ){1,4})"
    r"and (?P<y>(?:[\w'-]+ ?){1,4})",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\b(?:number|count)s? of\b|\bhow many\b", re.IGNORECASE)
_LONG = 12
_ORDER = re.compile(r"\b(?:sort|order|rank|asc|desc)\w*\b", re.IGNORECASE)
_WORDS_OF_TIME = re.compile(r"\b(?:years?|months?|dates?|days?|weekdays?|quarters?|weeks?)\b", re.IGNORECASE)
_DATE = re.compile(
    r"(?:(?:19|20)\d\d(?:-\d\d?){0,2}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)"
    r"[a-z]{0,6}\.?(?: ?\d{1,4})?|q[1-4])\Z",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[-+−$€£]?\d[\d,.]{0,15} ?[%kKmMbB]?\Z")
_LYING = re.compile(
    r"\bhorizontal|\bbarh\b|\blying\b|\bsideways|\bgantt\b|\btimeline|\bpyramid|\btornado|\bfunnel", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantity, as stems of its words, and the axis it belongs on."""

    role: Role
    stems: frozenset[str]


def wanted_roles(text: str) -> tuple[Wanted, ...]:
    """Read which quantity belongs on which axis; what is said outright goes before what a sentence implies."""
    outright = list(dict.fromkeys(_outright(text)))
    if {one.role for one in outright} == {"x", "y"}:
        return tuple(outright)
    return tuple([*outright, *dict.fromkeys(_implied(text))])[:12]


def _outright(text: str) -> Iterator[Wanted]:
    for pattern in (_OUTRIGHT, _BARE):
        for match in pattern.finditer(text):
            if not _ORDER.search(match["words"]):
                yield from _wanted("x" if match["axis"].lower() == "x" else "y", match["words"])


def _implied(text: str) -> Iterator[Wanted]:
    for match in _RELATED.finditer(text):
        yield from _wanted("x", match["x"])
        yield from _wanted("y", match["y"])
    for match in _MEASURED.finditer(text):
        if not _ORDER.search(match.group()):
            if not _COUNTED.search(
                match["value"]
            ):  # "the number of ships by flag": what is counted may name either axis
                yield from _wanted("value", match["value"])
            yield from _wanted("category", match["category"])


def _wanted(role: Role, words: str) -> Iterator[Wanted]:
    stems = frozenset(content_stems(words.replace("_", " ")))
    if stems:
        yield Wanted(role, stems)


@signal("alignment.axes_kept")
def axes_kept(view: View) -> float | None:
    """Share of the quantities said to belong on an axis whose words label it rather than the other one."""
    told = [plot for plot in view.once(plots) if not plot.round and plot.names["x_label"] and plot.names["y_label"]]
    if view.instruction is None or len(told) != 1:
        return None
    wanted = wanted_roles(view.instruction.text)
    answers = [answer for one in wanted if (answer := _held(one, told[0])) is not None]
    return sum(answers) / len(answers) if answers else None


def _held(wanted: Wanted, plot: Plot) -> bool | None:
    """Whether the axis says more of the quantity's words than the other axis; `None` where both say as much."""
    axis = {"value": plot.value_axis, "category": plot.category_axis}.get(wanted.role, wanted.role)
    shares = {name: _share(wanted.stems, plot.names[f"{name}_label"]) for name in "xy"}
    other = "y" if axis == "x" else "x"
    return None if shares[axis] == shares[other] else shares[axis] > shares[other]


def _share(stems: frozenset[str], label: str) -> float:
    return len(stems & content_stems(label.replace("_", " "))) / len(stems)


@signal("chart.label_misfit_share")
def label_misfit_share(view: View) -> float | None:
    """Share of the labelled axes whose label belongs to other ticks: a time over numbers, a unit over names."""
    told = [
        _misfit(plot.names[f"{axis}_label"], [tick.text.strip() for tick in plot.ticks[axis]])
        for plot in view.once(plots)
        for axis in "xy"
        if plot.names[f"{axis}_label"] and len(plot.ticks[axis]) > 1
    ]
    return sum(told) / len(told) if told else None


def _misfit(label: str, ticks: list[str]) -> bool:
    dates, plain = (sum(bool(form.match(tick)) for tick in ticks) / len(ticks) for form in (_DATE, _PLAIN))
    unit = bool(re.search(r"[(\[](?:%|[$€£]|[a-zA-Z°/%$€£ ]{1,12})[)\]]", label)) or "%" in label
    if _WORDS_OF_TIME.search(label) and not unit:
        return plain > 0.9 and dates == 0 and any(_large(tick) for tick in ticks)
    return unit and plain == 0 and not _WORDS_OF_TIME.search(label)


def _large(tick: str) -> bool:
    """Whether a tick is no year, month, day, or other count of time: a fraction, or beyond a few thousand."""
    digits = re.sub(r"[^\d.]", "", tick)
    try:
        value = float(digits)
    except ValueError:
        return False
    return value > 3_000 or value != int(value)


@signal("chart.time_upright", unit="yes/no")
def time_upright(view: View) -> float | None:
    """1 if lines or areas run along a time that goes up the vertical axis, 0 if not; none without lines or areas."""
    told = [plot for plot in view.once(plots) if not plot.round and plot.of("line", "area")]
    return float(any(_climbs(plot) for plot in told)) if told else None


def _climbs(plot: Plot) -> bool:
    across, up = (
        [bool(_DATE.match(tick.text.strip())) for tick in plot.ticks[axis] if tick.text.strip()] for axis in "xy"
    )
    return len(up) > 2 and sum(up) > 0.8 * len(up) and sum(across) < 0.5 * max(1, len(across))


@signal("alignment.bars_upright", unit="yes/no")
def bars_upright(view: View) -> float | None:
    """1 if bars stand as the instruction has it (lying only where it says so), else 0; long names may lie unasked."""
    told = [plot for plot in view.once(plots) if plot.of("bar") and not plot.round]
    if view.instruction is None or not told:
        return None
    lying = [plot for plot in told if plot.value_axis == "x"]
    if _LYING.search(view.instruction.text):
        return float(bool(lying))
    return None if lying and all(map(_long_names, lying)) else float(not lying)


def _long_names(plot: Plot) -> bool:
    lengths = [len(tick.text) for tick in plot.ticks["y"]]
    return bool(lengths) and median(lengths) > _LONG
