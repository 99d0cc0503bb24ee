"""The low-level chart metrics of ChartMimic (Shi et al. 2024, arXiv 2406.09961), from the facts of a render.

ChartMimic traces the plotting code itself; here its traces are facts that the sandboxed renderer took: the texts drawn,
each axes' place in its grid, the outermost calls of plotting functions, and the colours of the series drawn. Facts of
Vega-Lite, SVG and Plotly charts are read the same way as far as they go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from janus_reward.coder_eval.metrics.color_difference import RGB, Lab, cie76, lab
from janus_reward.coder_eval.metrics.overlap import Overlap, overlap, shared

Facts = Mapping[str, Any]

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def text(found: Facts, wanted: Facts) -> Overlap | None:
    """Overlap of the texts drawn, word for word; a text drawn twice must be drawn twice.

    Source: ChartMimic, "text score".
    """
    return overlap(_texts(found), _texts(wanted))


def layout(found: Facts, wanted: Facts) -> Overlap | None:
    """Overlap of the subplots by grid (rows, columns) and place in it; colour bars have none.

    Source: ChartMimic, "layout score". Where a renderer knows no grid, the grid is told from the areas' corners.
    """
    return overlap(_grid(found), _grid(wanted))


def chart_type(found: Facts, wanted: Facts) -> Overlap | None:
    """Overlap of the outermost calls of plotting functions, each as often as it was called.

    Source: ChartMimic, "type score". Without calls (Vega-Lite, SVG) the chart types drawn are compared, each once.
    """
    return overlap(_calls(found), _calls(wanted))


def color(found: Facts, wanted: Facts) -> Overlap | None:
    """Overlap of the colours of the series drawn, as likenesses: 1 minus the CIE76 distance by 100, at least 0.

    Colours of the same kind of series are paired so that the likenesses sum to the most; precision and recall divide
    that sum by the colours found and wanted. A colour counts once a kind. Source: ChartMimic, "color score".
    """
    here, there = _colors(found), _colors(wanted)
    if not there:
        return None
    common = sum(_alike(here_of, there_of) for here_of, there_of in _by_kind(here, there))
    return shared(common, len(here), len(there))


def _texts(facts: Facts) -> Iterator[str]:
    for item in _list(facts, "texts"):
        words = item.get("text") if isinstance(item, Mapping) else None
        if isinstance(words, str) and words.strip():
            yield words.strip()


def _plots(facts: Facts) -> list[Mapping[str, Any]]:
    areas = [area for area in _list(facts, "axes") if isinstance(area, Mapping)]
    return [area for area in areas if area.get("projection") != "colorbar"]


def _grid(facts: Facts) -> list[tuple[int, ...]]:
    plots = _plots(facts)
    told = [plot.get("grid") for plot in plots]
    if any(told):
        return [tuple(place) for place in told if isinstance(place, list) and len(place) == 6]
    boxes = [plot["box"] for plot in plots if isinstance(plot.get("box"), list) and len(plot["box"]) == 4]
    return list(_grid_of(boxes)) if boxes else [(1, 1, 0, 0, 0, 0)] * len(plots)


def _grid_of(boxes: Sequence[Sequence[float]]) -> Iterator[tuple[int, ...]]:
    """A grid through the left and top edges, those nearer than a tenth of the whole taken for one."""
    lefts, tops = (_edges([box[side] for box in boxes], _extent(boxes, side)) for side in (0, 1))
    for box in boxes:
        row, column = _nearest(tops, box[1]), _nearest(lefts, box[0])
        yield len(tops), len(lefts), row, row, column, column


def _extent(boxes: Sequence[Sequence[float]], side: int) -> float:
    return max(box[side + 2] for box in boxes) - min(box[side] for box in boxes)


def _edges(values: Sequence[float], extent: float) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > extent / 10:
            edges.append(value)
    return edges


def _nearest(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda at: abs(edges[at] - value))


def _calls(facts: Facts) -> list[str]:
    calls = facts.get("plot_calls")
    if isinstance(calls, Mapping) and calls:
        return [str(name) for name, count in calls.items() for _ in range(min(int(count), 1000))]
    return [str(kind) for kind in _list(facts, "chart_types")]


def _colors(facts: Facts) -> set[tuple[str, str]]:
    """(kind, #rrggbb) of every series; of all marks where a renderer tells no series."""
    found = {
        (str(series.get("kind")), series["color"].lower())
        for plot in _plots(facts)
        for series in _list(plot, "series")
        if isinstance(series, Mapping) and _is_hex(series.get("color"))
    }
    return found or {("mark", shade.lower()) for shade in _list(facts, "colors") if _is_hex(shade)}


def _is_hex(value: Any) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def _by_kind(here: set[tuple[str, str]], there: set[tuple[str, str]]) -> Iterator[tuple[list[Lab], list[Lab]]]:
    for kind in sorted({name for name, _ in here | there}):
        sides = ([lab(_rgb(shade)) for name, shade in sorted(side) if name == kind] for side in (here, there))
        first, second = sides
        yield first, second


def _alike(first: Sequence[Lab], second: Sequence[Lab]) -> float:
    """The largest sum of likenesses over pairings of two lists of colours."""
    if not first or not second:
        return 0.0
    likeness = np.array([[max(0.0, 1 - cie76(one, other) / 100) for other in second] for one in first])
    rows, columns = linear_sum_assignment(-likeness)
    return float(likeness[rows, columns].sum())


def _rgb(shade: str) -> RGB:
    return int(shade[1:3], 16), int(shade[3:5], 16), int(shade[5:7], 16)


def _list(facts: Facts, name: str) -> Sequence[Any]:
    value = facts.get(name)
    return value if isinstance(value, (list, tuple)) else ()
