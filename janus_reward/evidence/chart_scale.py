"""How a chart puts its data to scale: direction, range, baseline, order. Signals of the family `chart`."""

from __future__ import annotations

from itertools import pairwise

from janus_reward.evidence.plots import Plot, PlotMark, plots
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_LEAST_SHARE = 0.01


@signal("chart.value_axis_reversed", unit="yes/no")
def value_axis_reversed(view: View) -> float | None:
    """1 if values fall upwards (or to the right) on an axis, so that bars hang and rises look like falls, else 0."""
    told = [
        low > high
        for plot in view.once(plots)
        if plot.value_axis in plot.limits and not plot.round and not _picture_only(plot)
        for low, high in [plot.limits[plot.value_axis]]
    ]
    return float(any(told)) if told else None


def _picture_only(plot: Plot) -> bool:
    """Whether only images are drawn: matrices and pictures have their first row above by custom."""
    return bool(plot.counts) and set(plot.counts or ()) <= {"image", "rect", "text", "polygon"}


@signal("chart.range_used")
def range_used(view: View) -> float | None:
    """Smallest share of a plotting area's value axis that its marks reach over."""
    shares = []
    for plot in view.once(plots):
        extent = plot.extent(plot.value_axis)
        marks = plot.of("bar", "point", "line", "area")
        if extent and marks and plot.box and not plot.round:
            at = 1 if plot.value_axis == "y" else 0
            low, high = plot.box[at], plot.box[at + 2]
            reach = min(high, max(m.box[at + 2] for m in marks)) - max(low, min(m.box[at] for m in marks))
            shares.append(min(1.0, max(0.0, reach / extent)))
    return min(shares, default=None)


@signal("chart.baseline_cut", unit="yes/no")
def baseline_cut(view: View) -> float | None:
    """1 if the value axis of bars does not reach zero, so that their lengths mislead, else 0; none without bars."""
    told = []
    for plot in view.once(plots):
        if plot.of("bar") and plot.value_axis in plot.limits and plot.scales[plot.value_axis] != "log":
            low, high = sorted(plot.limits[plot.value_axis])
            slack = 0.01 * (high - low)
            told.append(low > slack or high < -slack)
    return float(any(told)) if told else None


@signal("chart.vanishing_bar_share")
def vanishing_bar_share(view: View) -> float | None:
    """Share of the bars with a value that are shorter than a hundredth of the axis; none without bars."""
    seen = vanished = 0
    for plot in view.once(plots):
        extent = plot.extent(plot.value_axis)
        lengths = [_length(mark, plot) for mark in plot.of("bar")] if extent else []
        drawn = [length for length in lengths if length > 1e-3]
        seen += len(drawn)
        vanished += sum(length < _LEAST_SHARE * (extent or 0) for length in drawn)
    return vanished / seen if seen else None


def _length(mark: PlotMark, plot: Plot) -> float:
    x0, y0, x1, y1 = mark.box
    return y1 - y0 if plot.value_axis == "y" else x1 - x0


@signal("chart.flat_share")
def flat_share(view: View) -> float | None:
    """Share of the series with three values or more whose values are all but equal (within 2 % of the largest)."""
    told = [series.values for plot in view.once(plots) for series in plot.series if len(series.values) > 2]
    return sum(max(v) - min(v) <= 0.02 * max(map(abs, v)) for v in told) / len(told) if told else None


@signal("chart.sorted")
def sorted_share(view: View) -> float | None:
    """How far three or more bars are in order of length: 1 all rise or all fall, 0.5 none; none where they overlap."""
    shares = [_in_order(plot) for plot in view.once(plots)]
    known = [share for share in shares if share is not None]
    return min(known, default=None)


def _in_order(plot: Plot) -> float | None:
    bars = plot.of("bar")
    upright = plot.value_axis == "y"
    starts = [round(bar.box[0 if upright else 1], 1) for bar in bars]
    if len(bars) < 3 or len(set(starts)) < len(bars) or len(bars) > 200:
        return None
    lengths = [_length(bar, plot) for _, bar in sorted(zip(starts, bars, strict=True), key=lambda pair: pair[0])]
    steps = [second - first for first, second in pairwise(lengths)]
    up, down = sum(step >= -0.01 for step in steps), sum(step <= 0.01 for step in steps)
    return max(up, down) / len(steps)


@signal("chart.stacked", unit="yes/no")
def stacked(view: View) -> float | None:
    """1 if bars stand on other bars, 0 if not; none without bars."""
    told = [_stacks(plot) for plot in view.once(plots) if len(plot.of("bar")) > 0]
    return float(any(told)) if told else None


def _stacks(plot: Plot) -> bool:
    """Whether two bars of different colours with a length share their place along the axis."""
    upright = plot.value_axis == "y"
    places: dict[tuple[float, float], set[object]] = {}
    for bar in plot.of("bar"):
        if _length(bar, plot) > 0.5:
            x0, y0, x1, y1 = (round(value) for value in bar.box)
            places.setdefault((x0, x1) if upright else (y0, y1), set()).add(bar.color)
    return any(len(colors) > 1 for colors in places.values())


@signal("chart.grouped", unit="yes/no")
def grouped(view: View) -> float | None:
    """1 if bars of several colours stand side by side within groups, 0 if not; none without bars."""
    told = [plot for plot in view.once(plots) if plot.of("bar")]
    return float(any(_groups(plot) for plot in told)) if told else None


def _groups(plot: Plot) -> bool:
    sizes: dict[object, int] = {}
    for bar in plot.of("bar"):
        sizes[bar.color] = sizes.get(bar.color, 0) + 1
    many = [color for color, size in sizes.items() if size > 1]
    return len(many) > 1 and not _stacks(plot)


@signal("chart.line_backtrack")
def line_backtrack(view: View) -> float | None:
    """Largest share of a line's steps that go back or stand still along the horizontal axis; none without lines."""
    shares = []
    for plot in view.once(plots):
        if plot.round or plot.projection == "3d" or not any(series.kind == "line" for series in plot.told):
            continue
        for line in plot.of("line"):
            steps = [second[0] - first[0] for first, second in pairwise(line.points)]
            if len(steps) > 3:
                shares.append(sum(step < 1e-6 for step in steps) / len(steps))
    return max(shares, default=None)


@signal("chart.line_crowding", unit="count", high=1000)
def line_crowding(view: View) -> float | None:
    """Most lines in one plotting area; none without lines."""
    told = [sum(series.kind == "line" for series in plot.told) for plot in view.once(plots)]
    return float(min(1000, max(told))) if any(told) else None


@signal("chart.outlier_ratio", unit="ratio", low=1.0, high=1e6)
def outlier_ratio(view: View) -> float | None:
    """Largest value of a plotting area divided by its median, both without sign: how far one mark flattens the rest."""
    ratios = [_ratio([abs(v) for s in plot.series for v in s.values]) for plot in view.once(plots)]
    return max((ratio for ratio in ratios if ratio is not None), default=None)


def _ratio(values: list[float]) -> float | None:
    if len(values) < 3:
        return None
    middle = sorted(values)[len(values) // 2]
    return min(1e6, max(1.0, max(values) / middle)) if middle > 0 else None
