"""The numbers that an instruction gives held against those that were plotted. Signals of the family `alignment`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from janus_reward.evidence.number_rows import NumberRow, named_numbers, number_rows
from janus_reward.evidence.plots import Plot, plots
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View
from janus_reward.evidence.words import content_stems

_SLACK = 0.006
_SHOWN = 50
_ORDERS = ("sort", "rank", "ascend", "descend", "order", "largest first", "highest first", "lowest first")

Values = tuple[float, ...]


def asked_rows(view: View) -> tuple[NumberRow, ...]:
    """The rows of numbers that the instruction gives."""
    return number_rows(view.instruction.text) if view.instruction else ()


def _drawn(view: View) -> list[tuple[str, Values]]:
    """Every row of numbers that was plotted and is told, with the name of its series where it has one."""
    return [row for plot in view.once(plots) for row in _rows_of(plot) if row[1]]


def _rows_of(plot: Plot) -> Iterator[tuple[str, Values]]:
    for series in plot.series:
        yield series.label, series.values
        if plot.value_axis == "x" and series.kind == "bar":
            yield series.label, series.values[::-1]
    values = [series.values for series in plot.series if series.values]
    sizes = {len(row) for row in values}
    if len(values) > 1 and len(sizes) == 1:
        for across in zip(*values, strict=True):
            yield "", across
            yield "", across[::-1]


def _equal(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two rows are the same, as closely as values read off a drawn axis can tell."""
    slack = _SLACK * max(map(abs, (*one, *other)), default=0.0)
    return len(one) == len(other) and all(abs(a - b) <= slack for a, b in zip(one, other, strict=True))


def _known(view: View) -> list[tuple[NumberRow, bool]]:
    """The rows whose numbers were all plotted, each with whether some series has them in the order given."""
    drawn = [(label, row[:_SHOWN]) for label, row in view.once(_drawn)]
    found = []
    for asked in view.once(asked_rows):
        wanted = asked.values[:_SHOWN]
        alike = [row for _, row in drawn if len(row) == len(wanted) and _equal(sorted(row), sorted(wanted))]
        if alike:
            found.append((asked, any(_equal(row, wanted) for row in alike)))
    return found


@signal("alignment.rows_plotted")
def rows_plotted(view: View) -> float | None:
    """Share of the rows of numbers in the instruction of which some series shows every number; none without both."""
    asked = view.once(asked_rows)
    if not asked or not view.once(_drawn):
        return None
    return len(view.once(_known)) / len(asked)


@signal("alignment.rows_in_order")
def rows_in_order(view: View) -> float | None:
    """Share of the plotted rows of numbers that stand in the order given; none where another order is asked for."""
    known = view.once(_known)
    if not known or (view.instruction and any(word in view.instruction.lowered for word in _ORDERS)):
        return None
    return sum(kept for _, kept in known) / len(known)


@signal("alignment.rows_named")
def rows_named(view: View) -> float | None:
    """Share of the named rows of numbers whose series has the row's name and not that of another row."""
    told = [row for row, kept in view.once(_known) if kept and content_stems(row.name)]
    names = {row.name: content_stems(row.name) for row in told}
    answers = [
        _names(label, row.name, names)
        for row in told
        for label, values in view.once(_drawn)
        if label and _equal(values[:_SHOWN], row.values[:_SHOWN])
    ]
    known = [answer for answer in answers if answer is not None]
    return sum(known) / len(known) if known else None


def _names(label: str, own: str, names: dict[str, set[str]]) -> bool | None:
    """Whether a label says a row's own name; `None` where it says none of the names, or several equally well."""
    words = content_stems(label)
    shares = {name: len(words & stems) / len(stems) for name, stems in names.items()}
    best = max(shares.values(), default=0.0)
    if best == 0 or sum(share == best for share in shares.values()) > 1:
        return None
    return shares[own] == best


@signal("alignment.named_values_kept")
def named_values_kept(view: View) -> float | None:
    """Share of the pairs of named numbers ("oak 3, elm 5, ash 9") whose bars or slices stand in the same relation."""
    if view.instruction is None:
        return None
    lengths = [found for plot in view.once(plots) if (found := _lengths(plot) or _slices(plot))]
    shares = [
        share
        for asked in named_numbers(view.instruction.text)
        for bars in lengths
        if (share := _concordant(asked, bars)) is not None
    ]
    return max(shares, default=None)


def _lengths(plot: Plot) -> dict[str, float]:
    """Length of the bar at each tick label, where every label has at most one bar."""
    axis = plot.category_axis
    upright = axis == "x"
    found: dict[str, float] = {}
    ticks = [(tick.at, tick.text.casefold()) for tick in plot.ticks[axis] if tick.at is not None]
    for bar in plot.of("bar") if ticks else ():
        x0, y0, x1, y1 = bar.box
        middle, half = ((x0 + x1) / 2, (x1 - x0) / 2) if upright else ((y0 + y1) / 2, (y1 - y0) / 2)
        at, name = min(ticks, key=lambda tick: abs(tick[0] - middle))
        if abs(at - middle) <= half + 1:
            if name in found:
                return {}
            found[name] = y1 - y0 if upright else x1 - x0
    return found


def _slices(plot: Plot) -> dict[str, float]:
    """Share of the slice under each name, where a pie has one name a slice (they are told in the same order)."""
    arcs = [series.values for series in plot.series if series.kind == "arc"]
    labels = [label for label in plot.labels if label.role == "label" and not any(map(str.isdigit, label.text))]
    names = [label.text.casefold() for label in labels if label.seen]
    if len(arcs) != 1 or not len(arcs[0]) == len(set(names)) == len(labels):
        return {}
    return dict(zip(names, arcs[0], strict=True))


def _concordant(asked: dict[str, float], bars: dict[str, float]) -> float | None:
    both = {
        name: (value, bars[name])
        for said, value in asked.items()
        for name in bars
        if said == name or said.endswith(f" {name}")
    }
    pairs = [(one, other) for one, other in combinations(both.values(), 2) if one[0] != other[0]]
    if len(both) < 3 or not pairs:
        return None
    return sum((one[0] - other[0]) * (one[1] - other[1]) > 0 for one, other in pairs) / len(pairs)
