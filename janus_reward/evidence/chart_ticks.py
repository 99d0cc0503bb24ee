"""The ticks of a chart: how many, how close, how they are turned, what they say. Signals of the family `chart`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf

from janus_reward.evidence.plots import Label, Plot, labels, number, plots
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_PLAIN = re.compile(r"[-+−]?\d+(?:,\d{3})*(?:\.\d+)?")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[ T].*)?")


def rows(view: View) -> Iterator[tuple[Plot, str, tuple[Label, ...]]]:
    """The tick labels of each axis, in their order along it."""
    for plot in view.once(plots):
        for axis in "xy":
            if plot.ticks[axis]:
                yield plot, axis, plot.ticks[axis]


@signal("chart.ticks_max", unit="count", high=inf)
def ticks_max(view: View) -> float | None:
    """Most tick labels on one axis."""
    return max((len(ticks) for _, _, ticks in rows(view)), default=None)


@signal("chart.tick_overlap_share")
def tick_overlap_share(view: View) -> float | None:
    """Largest share, over the axes, of neighbouring tick labels that touch (turned ones: whose lines of text do)."""
    shares = []
    for _, axis, ticks in rows(view):
        pairs = list(pairwise(ticks))
        if pairs:
            shares.append(sum(_touch(first, second, axis) for first, second in pairs) / len(pairs))
    return max(shares, default=None)


def _touch(first: Label, second: Label, axis: str) -> bool:
    gap = abs((second.at or 0.0) - (first.at or 0.0))
    if first.box is None or second.box is None or gap == 0:
        return False
    return gap < (_room(first, axis) + _room(second, axis)) / 2


def _room(tick: Label, axis: str) -> float:
    """How much of its axis a tick label takes up, with a little air: across a turned text, one line of it."""
    if tick.box is None:
        return 0.0
    size = tick.size or 0.0
    width, height = tick.box[2] - tick.box[0], tick.box[3] - tick.box[1]
    if 10 < tick.tilt < 80:
        turn = math.radians(tick.tilt)
        return size / (math.sin(turn) if axis == "x" else math.cos(turn))
    return (width if axis == "x" else height) + 0.1 * size


@signal("chart.tick_crowding", unit="ratio", high=100.0)
def tick_crowding(view: View) -> float | None:
    """Largest share of an axis' length that its tick labels need: above 1 they cannot fit beside each other."""
    shares = []
    for plot, axis, ticks in rows(view):
        extent = plot.extent(axis)
        if extent and extent > 0:
            shares.append(sum(_room(tick, axis) for tick in ticks) / extent)
    return min(100.0, max(shares)) if shares else None


@signal("chart.upright_tick_share")
def upright_tick_share(view: View) -> float | None:
    """Share of the labels of the horizontal axes that stand upright (turned by 60 degrees or more)."""
    return _turned(view, 60, 90)


@signal("chart.slanted_tick_share")
def slanted_tick_share(view: View) -> float | None:
    """Share of the labels of the horizontal axes that are slanted (turned by 10 to 60 degrees)."""
    return _turned(view, 10, 60 - 1e-9)


def _turned(view: View, least: float, most: float) -> float | None:
    below = [tick for _, axis, ticks in rows(view) if axis == "x" for tick in ticks]
    return sum(least <= tick.tilt <= most for tick in below) / len(below) if below else None


@signal("chart.tick_length", unit="characters", high=500)
def tick_length(view: View) -> float | None:
    """Longest tick label."""
    return max((len(tick.text) for _, _, ticks in rows(view) for tick in ticks), default=None)


@signal("chart.stray_tick_share")
def stray_tick_share(view: View) -> float | None:
    """Share of the ticks along evenly spaced bars that stand where no bar could, as 2016.5 between two years."""
    shares = []
    for plot in view.once(plots):
        places = [tick.at for tick in plot.ticks[plot.category_axis] if tick.at is not None]
        runs = _runs(plot)
        if places and len(runs) > 1:
            stray = sum(not _on_lattice(at, runs) for at in places)
            shares.append(stray / len(places))
    return max(shares, default=None)


def _runs(plot: Plot) -> list[tuple[float, float]]:
    """Bars along their axis, (start, end) of each that stands alone or of several that touch."""
    upright = plot.value_axis == "y"
    spans = sorted((m.box[0], m.box[2]) if upright else (m.box[1], m.box[3]) for m in plot.of("bar"))
    found: list[tuple[float, float]] = []
    for start, end in spans:
        if end - start <= 0:
            continue
        if found and start <= found[-1][1] + 0.75:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _on_lattice(at: float, runs: Sequence[tuple[float, float]]) -> bool:
    """Whether a place is whole steps away from the middle, the start or the end of the first bar.

    The step is the smallest one between two bars, so that missing bars leave no gap in the lattice.
    """
    middles = [(start + end) / 2 for start, end in runs]
    step = min(second - first for first, second in pairwise(middles))
    for origin in (middles[0], runs[0][0], runs[0][1]):
        places = (at - origin) / step
        if abs(places - round(places)) <= max(0.06, 1.5 / step):
            return True
    return False


@signal("chart.fractional_tick_share")
def fractional_tick_share(view: View) -> float | None:
    """Share of the ticks of the value axis that are fractions although every value drawn is a whole number."""
    shares = []
    for plot in view.once(plots):
        ticks = [value for tick in plot.ticks[plot.value_axis] if (value := plain_number(tick.text)) is not None]
        if ticks and _whole(plot):
            shares.append(sum(value != round(value) for value in ticks) / len(ticks))
    return max(shares, default=None)


def plain_number(text: str) -> float | None:
    """The number that a tick shows in plain digits; `None` for words, powers and percentages."""
    return number(float(text.replace(",", "").replace("−", "-"))) if _PLAIN.fullmatch(text) else None


def _whole(plot: Plot) -> bool:
    """Whether all values drawn are whole (to a thousandth, for values read from a picture) and few enough to count."""
    values = [value for series in plot.series for value in series.values]
    if not values or max(map(abs, values)) > 10_000 or not any(values):
        return False
    return all(abs(value - round(value)) <= 1e-3 * max(1.0, abs(value)) for value in values)


@signal("chart.order_broken", unit="yes/no")
def order_broken(view: View) -> float | None:
    """1 if days, months, dates or numbers stand in no order along a category axis, 0 if they do; none without such."""
    told = [_monotone(ranks) for _, _, ticks in rows(view) if len(ranks := ranked([t.text for t in ticks])) > 2]
    return float(not all(told)) if told else None


def ranked(words: Sequence[str]) -> list[float]:
    """Places of words in time or number; empty when they are not all of one such kind."""
    lowered = [word.lower().strip() for word in words]
    for read in (_day, _month, _date, plain_number):
        places = [read(word) for word in lowered]
        if places and None not in places:
            return [place for place in places if place is not None]
    return []


def _day(word: str) -> float | None:
    named = re.fullmatch(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?", word)
    return float(_DAYS.index(named.group(1))) if named else None


def _month(word: str) -> float | None:
    named = re.fullmatch(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?", word)
    return float(_MONTHS.index(named.group(1))) if named else None


def _date(word: str) -> float | None:
    found = _DATE.fullmatch(word)
    return int(found.group(1)) * 372.0 + int(found.group(2)) * 31 + int(found.group(3) or 0) if found else None


def _monotone(ranks: Sequence[float]) -> bool:
    """Whether places only rise or only fall; cycles (days, months) may start anywhere, so one step back is allowed."""
    steps = [second - first for first, second in pairwise(ranks)]
    back, forth = sum(step < 0 for step in steps), sum(step > 0 for step in steps)
    return min(back, forth) <= (1 if max(ranks) <= 11 and min(ranks) >= 0 and len(ranks) > 3 else 0)


@signal("chart.ticks_total", unit="count", high=inf)
def ticks_total(view: View) -> float | None:
    """Tick labels of all axes together; none where no plotting area is told."""
    if not view.once(plots):
        return None
    return sum(text.role == "tick" for text in view.once(labels))
