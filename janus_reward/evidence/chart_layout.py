"""How a chart is laid out: what is cut off, what covers what, how large things are. Signals of the family `chart`."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from janus_reward.evidence.plots import Box, Label, Plot, area, labels, plots, shared_area
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_COMPARED = 300


def beyond(box: Box | None, canvas: tuple[float, float] | None) -> float:
    """Share of a box that lies outside of the canvas; 0 where either is unknown."""
    if box is None or canvas is None or area(box) <= 0:
        return 0.0
    return 1 - min(1.0, shared_area(box, (0.0, 0.0, *canvas)) / area(box))


def _chart_texts(view: View) -> list[Label]:
    return [text for text in view.once(labels) if text.box] if view.once(plots) else []


@signal("chart.text_clipped_share")
def text_clipped_share(view: View) -> float | None:
    """Share of the chart's texts of which some (more than 2 %) or all lies beyond the canvas."""
    texts = _chart_texts(view)
    if not texts or view.canvas is None:
        return None
    return sum(not text.seen or beyond(text.box, view.canvas) > 0.02 for text in texts) / len(texts)


@signal("chart.tick_clipped_share")
def tick_clipped_share(view: View) -> float | None:
    """Largest share, over the axes, of tick labels that are cut off by the edge of the canvas."""
    if view.canvas is None:
        return None
    rows = [[tick.box for tick in row if tick.box] for plot in view.once(plots) for row in plot.ticks.values()]
    shares = [sum(beyond(box, view.canvas) > 0.02 for box in row) / len(row) for row in rows if row]
    return max(shares, default=None)


@signal("chart.tick_lost_share")
def tick_lost_share(view: View) -> float | None:
    """Largest share, over the axes, of the area of the tick labels that lies beyond the canvas."""
    if view.canvas is None:
        return None
    rows = [[tick.box for tick in row if tick.box] for plot in view.once(plots) for row in plot.ticks.values()]
    return max((sum(beyond(box, view.canvas) for box in row) / len(row) for row in rows if row), default=None)


@signal("chart.legend_clipped_share")
def legend_clipped_share(view: View) -> float | None:
    """Largest share of a legend's box that lies beyond the canvas; none without a legend with a place."""
    boxes = [plot.legend_box for plot in view.once(plots) if plot.legend_box]
    return max((beyond(box, view.canvas) for box in boxes), default=None) if view.canvas else None


@signal("chart.legend_over_data")
def legend_over_data(view: View) -> float | None:
    """Largest share of a legend's box that marks of its plotting area lie under; none without a legend with a place."""
    shares = [
        _covered(plot.legend_box, plot) for plot in view.once(plots) if plot.legend_box and plot.marks is not None
    ]
    return max(shares, default=None)


def _covered(legend: Box, plot: Plot) -> float:
    """Share of the cells of a 12 by 12 grid over the legend that hold a mark."""
    width, height = (legend[2] - legend[0]) / 12, (legend[3] - legend[1]) / 12
    hit: set[tuple[int, int]] = set()
    for mark in plot.marks or ():
        for x0, y0, x1, y1 in _pieces(mark.kind, mark.box, mark.points):
            columns = range(max(0, int((x0 - legend[0]) // width)), min(11, int((x1 - legend[0]) // width)) + 1)
            rows = range(max(0, int((y0 - legend[1]) // height)), min(11, int((y1 - legend[1]) // height)) + 1)
            hit.update((column, row) for column in columns for row in rows)
    return len(hit) / 144


def _pieces(kind: str, box: Box, points: tuple[tuple[float, float], ...]) -> list[Box]:
    """Boxes that hug a mark: short pieces of a line, the box of everything that fills its box."""
    if kind in ("bar", "point", "rect", "image", "circle"):
        return [box]
    if kind != "line" or len(points) < 2:
        return []
    found = []
    for (x0, y0), (x1, y1) in pairwise(points):
        for step in range(16):
            x, y = x0 + (x1 - x0) * step / 16, y0 + (y1 - y0) * step / 16
            found.append((x, y, x, y))
    return found


@signal("chart.text_collision_share")
def text_collision_share(view: View) -> float | None:
    """Share of the titles, labels, annotations and legend entries (at most 300) that another text lies over."""
    texts = [text for text in _chart_texts(view) if text.box and text.tilt in (0.0, 90.0)][:_COMPARED]
    named = [text for text in texts if text.role != "tick"]
    if not named:
        return None
    return sum(any(_collide(text, other) for other in texts if other is not text) for text in named) / len(named)


def _collide(first: Label, second: Label) -> bool:
    """Whether two level texts share more than a pixel in both directions, and are not one text drawn twice."""
    if first.box is None or second.box is None:
        return False
    across = min(first.box[2], second.box[2]) - max(first.box[0], second.box[0])
    down = min(first.box[3], second.box[3]) - max(first.box[1], second.box[1])
    twice = first.text == second.text and abs(first.box[0] - second.box[0]) < 2
    return across > 1 and down > 1 and not twice


@signal("chart.axis_labels_seen")
def axis_labels_seen(view: View) -> float | None:
    """Share of the axes with a label that can be seen, of two for each plotting area that is no pie and no polar."""
    straight = [plot for plot in view.once(plots) if plot.counts and not plot.round]
    if not straight:
        return None
    lost = _lost_labels(view)
    named = [(plot.index, axis) for plot in straight for axis in "xy" if plot.names[f"{axis}_label"]]
    return sum(place not in lost for place in named) / (2 * len(straight))


@signal("chart.axis_labels_lost")
def axis_labels_lost(view: View) -> float | None:
    """Share of the axis labels that are set but lie (more than a third) beyond the canvas; none without labels."""
    named = sum(bool(plot.names[f"{axis}_label"]) for plot in view.once(plots) for axis in "xy")
    return min(1.0, len(_lost_labels(view)) / named) if named else None


def axis_labels_missing(view: View) -> float | None:
    """One minus `chart.axis_labels_seen`."""
    seen = axis_labels_seen(view)
    return None if seen is None else 1 - seen


def _lost_labels(view: View) -> set[tuple[int | None, str]]:
    found = set()
    for text in view.once(labels):
        if text.role == "axis_label" and (not text.seen or beyond(text.box, view.canvas) > 1 / 3):
            found.add((text.axes, text.axis))
    return found


@signal("chart.plot_area_share")
def plot_area_share(view: View) -> float | None:
    """Share of the canvas that the plotting areas take, those inside others counted once."""
    boxes = [plot.box for plot in view.once(plots) if plot.box]
    if not boxes or view.canvas is None:
        return None
    frame = (0.0, 0.0, *view.canvas)
    outer = [box for box in boxes if not any(other is not box and _holds(other, box) for other in boxes)]
    return min(1.0, sum(shared_area(box, frame) for box in dict.fromkeys(outer)) / area(frame))


def _holds(outer: Box, inner: Box) -> bool:
    return outer != inner and shared_area(outer, inner) > 0.98 * area(inner)


@signal("chart.plot_aspect", unit="ratio", high=1000.0)
def plot_aspect(view: View) -> float | None:
    """Width of the largest plotting area divided by its height."""
    boxes = [plot.box for plot in view.once(plots) if plot.box]
    if not boxes:
        return None
    largest = max(boxes, key=area)
    return min(1000.0, (largest[2] - largest[0]) / (largest[3] - largest[1]))


@signal("chart.unused_share")
def unused_share(view: View) -> float | None:
    """Share of the canvas around the box that holds all plotting areas, texts and legends."""
    if view.canvas is None or not view.once(plots):
        return None
    boxes = [text.box for text in _chart_texts(view) if text.box]
    boxes += [box for plot in view.once(plots) for box in (plot.box, plot.legend_box) if box]
    if not boxes:
        return None
    held = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    frame = (0.0, 0.0, *view.canvas)
    return max(0.0, 1 - shared_area(held, frame) / area(frame))


@signal("chart.font_size", high=1.0)
def font_size(view: View) -> float | None:
    """Median font size of the chart's texts, as a share of the canvas' shorter side."""
    sizes = [text.size for text in _chart_texts(view) if text.size and text.size > 0]
    return min(1.0, median(sizes) / min(view.canvas)) if sizes and view.canvas else None


@signal("chart.font_size_min", high=1.0)
def font_size_min(view: View) -> float | None:
    """Smallest font size of the chart's texts, as a share of the canvas' shorter side."""
    sizes = [text.size for text in _chart_texts(view) if text.size and text.size > 0]
    return min(1.0, min(sizes) / min(view.canvas)) if sizes and view.canvas else None


@signal("chart.tiny_mark_share")
def tiny_mark_share(view: View) -> float | None:
    """Share of the bars, points and slices that are thinner than a pixel of the picture in some direction."""
    marks = [mark for plot in view.once(plots) for mark in plot.of("bar", "point", "arc")]
    if not marks:
        return None
    thin = sum(min(m.box[2] - m.box[0], m.box[3] - m.box[1]) * view.scale < 1 for m in marks)
    return thin / len(marks)


@signal("chart.outside_mark_share")
def outside_mark_share(view: View) -> float | None:
    """Share of the marks that lie wholly outside of their plotting area, where they are cut off or float free."""
    told = [(mark.box, plot.box) for plot in view.once(plots) if plot.box for mark in plot.marks or ()]
    return sum(_apart(box, frame) for box, frame in told) / len(told) if told else None


def _apart(box: Box, frame: Box) -> bool:
    across = box[2] < frame[0] - 1 or box[0] > frame[2] + 1
    return across or box[3] < frame[1] - 1 or box[1] > frame[3] + 1
