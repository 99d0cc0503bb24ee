"""What a chart is made of and how it is laid out: axes, ticks, legends, bars, scales, colours."""

from __future__ import annotations

from math import inf

from janus_reward.colors import RGB
from janus_reward.evidence import chart_colors, chart_faults, chart_layout, chart_scale, chart_ticks
from janus_reward.evidence.plots import Plot, labels, plots
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_MOST_NAMED = 12
__all__ = ["chart_colors", "chart_faults", "chart_layout", "chart_scale", "chart_ticks"]


@signal("chart.axes", unit="count", high=50)
def axes(view: View) -> float | None:
    """Plotting areas, colour bars left out; none where the renderer knows none."""
    return len(view.once(plots)) or None


@signal("chart.empty_axes_share")
def empty_axes_share(view: View) -> float | None:
    """Share of the plotting areas that nothing is drawn in."""
    known = [plot for plot in view.once(plots) if plot.counts is not None]
    return sum(not plot.counts for plot in known) / len(known) if known else None


@signal("chart.series", unit="count", high=inf)
def series(view: View) -> float | None:
    """Most series in one plotting area: bars and points by colour, each line and area by itself; a pie is one."""
    return max((len(plot.told) for plot in view.once(plots) if plot.told), default=None)


@signal("chart.bars", unit="count", high=inf)
def bars(view: View) -> float | None:
    """Most bars in one plotting area; none without bars."""
    return _most(view, "bar")


@signal("chart.slices", unit="count", high=inf)
def slices(view: View) -> float | None:
    """Most slices in one pie; none without a pie."""
    return _most(view, "arc")


def _most(view: View, kind: str) -> float | None:
    return max((plot.counts[kind] for plot in view.once(plots) if plot.counts and kind in plot.counts), default=None)


@signal("chart.title_seen", unit="yes/no")
def title_seen(view: View) -> float | None:
    """1 if a title can be seen, 0 if there is none or it lies beyond the canvas; none without plotting areas."""
    if not view.once(plots):
        return None
    told = view.once(labels)
    return float(any(text.role in ("title", "heading") and text.seen for text in told) or _titled(view))


def _titled(view: View) -> bool:
    lost = any(text.role == "title" and not text.seen for text in view.once(labels))
    return not lost and any(plot.names["title"] for plot in view.once(plots))


@signal("chart.unit_share")
def unit_share(view: View) -> float | None:
    """Share of the labelled number axes whose label or ticks name a unit: in brackets, or %, $, €, £, °."""
    named = [
        (plot.names[f"{axis}_label"], [tick.text for tick in plot.ticks[axis]])
        for plot in view.once(plots)
        for axis in "xy"
        if plot.scales[axis] in ("linear", "log") and plot.names[f"{axis}_label"]
    ]
    told = [any(sign in text for text in (label, *ticks) for sign in "([%$€£°") for label, ticks in named]
    return sum(told) / len(told) if told else None


@signal("chart.legend_entries", unit="count", high=50)
def legend_entries(view: View) -> float | None:
    """Most entries in the legend of one plotting area; none where no series are told."""
    return max((len(plot.legend) for plot in view.once(plots) if plot.series or plot.legend), default=None)


@signal("chart.legend_missing", unit="yes/no")
def legend_missing(view: View) -> float | None:
    """1 if a plotting area with several coloured series explains them nowhere, 0 if all do; none with single series."""
    many = [plot for plot in view.once(plots) if len(_shown_colors(plot)) > 1]
    if not many:
        return None
    anywhere = any(text.role == "legend" for text in view.once(labels))
    return float(not anywhere and any(not plot.legend and not _named_beside(plot) for plot in many))


def _named_beside(plot: Plot) -> bool:
    """Whether the series need no legend: labels in the plot, or one colour for each labelled bar."""
    notes = sum(text.role in ("annotation", "label") for text in plot.labels)
    ticks = len(plot.ticks[plot.category_axis])
    bars = [series for series in plot.series if series.kind == "bar"]
    one_each = bool(bars) and all(series.n == 1 for series in bars) and ticks >= len(bars)
    return notes >= len(_shown_colors(plot)) or one_each


def _shown_colors(plot: Plot) -> set[RGB]:
    """Colours that stand for series; points that each have their own colour show a scale, not series."""
    told = [series for series in plot.told if series.color is not None and series.kind not in ("arc", "image")]
    scattered = [series for series in told if series.kind == "point"]
    if len(scattered) > _MOST_NAMED or all(series.n == 1 for series in scattered):
        told = [series for series in told if series.kind != "point"]
    return {series.color for series in told if series.color is not None}


@signal("chart.legend_match")
def legend_match(view: View) -> float | None:
    """Share of the legend's entries whose colour is drawn in the plot; none where either colours are unknown."""
    shares = []
    for plot in view.once(plots):
        shown = {mark.color for mark in plot.marks or ()} | {series.color for series in plot.series}
        keys = [key for key in plot.legend_colors if key is not None]
        if keys and plot.told and "errorbar" not in plot.types:
            shares.append(sum(any(near(key, color) for color in shown) for key in keys) / len(keys))
    return min(shares, default=None)


@signal("chart.unexplained_share")
def unexplained_share(view: View) -> float | None:
    """Share of the series' colours that are not in the legend of their plotting area; none without a legend."""
    shares = []
    for plot in view.once(plots):
        keys = [key for key in plot.legend_colors if key is not None]
        shown = _shown_colors(plot)
        if keys and shown and "errorbar" not in plot.types:
            shares.append(sum(not any(near(key, color) for key in keys) for color in shown) / len(shown))
    return max(shares, default=None)


def near(first: RGB | None, second: RGB | None) -> bool:
    """Whether two colours are the same one, but for rounding and a little transparency."""
    return first is not None and second is not None and max(abs(a - b) for a, b in zip(first, second, strict=True)) < 40


@signal("chart.solid_misuse", unit="yes/no")
def solid_misuse(view: View) -> float | None:
    """1 if bars or slices are drawn in 3-D, where lengths and angles cannot be compared (Cleveland & McGill 1984)."""
    told = [plot for plot in view.once(plots) if plot.counts]
    if not told:
        return None
    solid = [plot for plot in told if plot.projection == "3d"]
    return float(any({"bar", "arc"} & set(plot.counts or ()) or "bar3d" in plot.types for plot in solid))
