"""Facts about a drawn matplotlib figure, read from its artists while the picture's renderer is still in place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from matplotlib import colors as mpl_colors
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.text import Annotation, Text

from janus_reward.render.inside import marks
from janus_reward.render.inside.capture import MAX_CHARS, MAX_ITEMS, MAX_TEXTS
from janus_reward.render.inside.plotted import plotted
from janus_reward.render.plot_axes import MAX_MARKS

EXPECTED = (ArithmeticError, AttributeError, LookupError, NotImplementedError, RuntimeError, TypeError, ValueError)
"""What artists that the judged code built or changed may raise when they are asked about themselves."""

Calls = Callable[[Axes], list[str]]

_ALL_MARKS, _LEAST_MARKS = 600, 20
_PLACED = frozenset({"box", "legend_box", "mark_boxes"})


def is_empty(figure: Any) -> bool:
    """Whether a figure holds nothing but its background."""
    children = [child for child in figure.get_children() if child is not figure.patch]
    return all(isinstance(child, SubFigure) and is_empty(child) for child in children)


def figure_facts(
    figure: Any, renderer: Any, size: tuple[int, int], drawn: Iterable[Text], calls: Calls
) -> dict[str, Any]:
    """Read the facts of `docs/render-facts.md` of one figure.

    Args:
        figure: drawn just now.
        renderer: that drew it.
        size: width and height of the picture in pixels.
        drawn: the texts that were drawn, in order.
        calls: the chart types that were asked for on an axes.
    """
    shown = [axes for axes in figure.axes if axes.get_visible()]
    seen = [(axes, marks.axes_marks(axes, calls(axes))) for axes in shown]
    plots = [found for axes, found in seen if not is_colorbar(axes)]
    total = marks.Marks.union([*plots, marks.figure_marks(figure)])
    texts = _texts(drawn, roles(figure), places(shown[:MAX_ITEMS]), renderer, size)
    most = max(_LEAST_MARKS, _ALL_MARKS // max(1, len(shown)))
    return {
        "canvas": list(size),
        "texts": [text for text, seen in texts if seen],
        "outside_texts": [text for text, seen in texts if not seen][:MAX_ITEMS],
        "axes": [_axes(axes, found, size) | _plotted(axes, renderer, size, most) for axes, found in seen[:MAX_ITEMS]],
        "marks": total.counts,
        "chart_types": total.chart_types(),
        "colors": total.colors[:MAX_ITEMS],
    }


def merge(facts: dict[str, Any], more: dict[str, Any]) -> None:
    """Add the facts of a further figure: its texts and axes without boxes, for `canvas` stays that of the first."""
    if not facts.keys() & {"canvas", "axes"}:
        facts.update(more)
        return
    texts = [{"role": text["role"], "text": text["text"]} for text in more.get("texts", [])]
    facts["texts"] = (facts.get("texts", []) + texts)[:MAX_TEXTS]
    placeless = [{name: axes[name] for name in axes if name not in _PLACED} for axes in more.get("axes", [])]
    facts["axes"] = (facts.get("axes", []) + placeless)[:MAX_ITEMS]
    for kind, count in more.get("marks", {}).items():
        totals = facts.setdefault("marks", {})
        totals[kind] = totals.get(kind, 0) + count
    facts["chart_types"] = marks.by_certainty(facts.get("chart_types", []) + more.get("chart_types", []))[:MAX_ITEMS]
    facts["colors"] = list(dict.fromkeys(facts.get("colors", []) + more.get("colors", [])))[:MAX_ITEMS]


def is_colorbar(axes: Any) -> bool:
    """Whether an axes is the scale of a colorbar."""
    return axes.get_label() == "<colorbar>" or hasattr(axes, "_colorbar")


def roles(figure: Any) -> dict[int, str]:
    """Give the role of each text with a place of its own, by `id` of the text."""
    found: dict[int, str] = {}
    for part in (figure, *figure.subfigs):
        _note(found, "title", [part._suptitle])
        _note(found, "axis_label", [part._supxlabel, part._supylabel])
        _note(found, "text", part.texts)
        _note_legends(found, part.legends)
    for axes in figure.axes:
        _note_axes(found, axes)
    return found


def _note(found: dict[int, str], role: str, texts: Iterable[Text | None]) -> None:
    for text in texts:
        if text is not None:
            found.setdefault(id(text), role)


def _note_legends(found: dict[int, str], legends: Iterable[Any]) -> None:
    for legend in legends:
        _note(found, "legend", [legend.get_title(), *legend.get_texts()])


def _note_axes(found: dict[int, str], axes: Any) -> None:
    _note(found, "title", [axes.title, axes._left_title, axes._right_title])
    for axis in axes._axis_map.values():
        _note(found, "axis_label", [axis.label])
        _note(found, "tick", [axis.offsetText])
        for tick in (*axis.majorTicks, *axis.minorTicks):
            _note(found, "tick", [tick.label1, tick.label2])
    kept = [child for child in axes.get_children() if hasattr(child, "get_texts") and hasattr(child, "get_title")]
    _note_legends(found, kept)
    for table in axes.tables:
        _note(found, "label", [cell.get_text() for cell in table.get_celld().values()])
    _note(found, "label" if any(type(p).__name__ == "Wedge" for p in axes.patches) else "annotation", axes.texts)
    for child in axes.child_axes:
        _note_axes(found, child)


def places(shown: Sequence[Any]) -> dict[int, dict[str, Any]]:
    """Tell for each text that belongs to an axes its position in the list, and for ticks where they are along it."""
    found: dict[int, dict[str, Any]] = {}
    for number, axes in enumerate(shown):
        own: dict[int, str] = {}
        _note_axes(own, axes)
        found.update({key: {"axes": number} for key in own if key not in found})
        for name, axis in axes._axis_map.items():
            found[id(axis.label)] = {"axes": number, "axis": name}
            for tick in (*axis.majorTicks, *axis.minorTicks):
                at = _along(axes, name, tick.get_loc())
                found[id(tick.label1)] = found[id(tick.label2)] = {"axes": number, "axis": name, **at}
    return found


def _along(axes: Any, name: str, value: float) -> dict[str, float]:
    """Where a value lies along a straight axis, in pixels, y down; nothing on other projections."""
    if axes.name != "rectilinear":
        return {}
    if name == "x":
        at = float(axes.get_xaxis_transform().transform((value, 0.5))[0])
    else:
        at = axes.figure.bbox.height - float(axes.get_yaxis_transform().transform((0.5, value))[1])
    return {"at": round(at, 2)} if math.isfinite(at) else {}


def _plotted(axes: Any, renderer: Any, size: tuple[int, int], most: int) -> dict[str, Any]:
    """The marks and data of an axes; only the reason where the judged code's artists cannot be asked."""
    try:
        return plotted(axes, renderer, size[1], min(most, MAX_MARKS))
    except EXPECTED as error:
        return {"plotted_error": type(error).__name__}


def _texts(
    drawn: Iterable[Text],
    role_of: dict[int, str],
    place_of: dict[int, dict[str, Any]],
    renderer: Any,
    size: tuple[int, int],
) -> list[tuple[dict[str, Any], bool]]:
    """The texts in the order of drawing, each with whether it touches the picture."""
    found: dict[int, tuple[dict[str, Any], bool]] = {}
    for text in drawn:
        if len(found) >= MAX_TEXTS:
            break
        entry = _text(text, role_of, renderer, size) if id(text) not in found else None
        if entry is not None:
            found[id(text)] = entry[0] | place_of.get(id(text), {}), entry[1]
    return list(found.values())


def _text(
    text: Text, role_of: dict[int, str], renderer: Any, size: tuple[int, int]
) -> tuple[dict[str, Any], bool] | None:
    words = text.get_text()
    if not words.strip() or not text.get_visible():
        return None
    extent = Text.get_window_extent(text, renderer)
    default = "annotation" if isinstance(text, Annotation) else "text"
    fact = {
        "role": role_of.get(id(text), default),
        "text": words[:MAX_CHARS],
        "box": _corners(extent, size[1]),
        "size": round(float(renderer.points_to_pixels(text.get_fontsize())), 2),
        "color": mpl_colors.to_hex(text.get_color()),
        "rotation": round(float(text.get_rotation()), 2),
    }
    return fact, _box(extent, size) is not None


def _box(extent: Any, size: tuple[int, int]) -> list[float] | None:
    """Give a box with y down, in pixels; `None` where it lies outside the picture."""
    width, height = size
    if not (extent.x1 > 0 and extent.x0 < width and extent.y1 > 0 and extent.y0 < height):
        return None
    return _corners(extent, height)


def _corners(extent: Any, height: float) -> list[float]:
    return [round(float(value), 2) + 0.0 for value in (extent.x0, height - extent.y1, extent.x1, height - extent.y0)]


def _axes(axes: Any, found: marks.Marks, size: tuple[int, int]) -> dict[str, Any]:
    legend = axes.get_legend()
    titles = [title.get_text() for title in (axes.title, axes._left_title, axes._right_title)]
    facts = {
        "title": next((title for title in titles if title), "")[:MAX_CHARS],
        "x_label": axes.get_xlabel()[:MAX_CHARS],
        "y_label": axes.get_ylabel()[:MAX_CHARS],
        "legend": [text.get_text()[:MAX_CHARS] for text in legend.get_texts()][:MAX_ITEMS] if legend else [],
        "x_scale": axes.get_xscale(),
        "y_scale": axes.get_yscale(),
        "projection": "colorbar" if is_colorbar(axes) else axes.name,
        "marks": found.counts,
    }
    box = _box(axes.bbox, size)
    grid = _grid(axes)
    return facts | ({"box": box} if box else {}) | ({"grid": grid} if grid else {})


def _grid(axes: Any) -> list[int] | None:
    """Rows and columns of the grid that an axes stands in, and its first and last row and column; `None` without."""
    place = axes.get_subplotspec()
    if place is None:
        return None
    rows, columns = place.get_gridspec().get_geometry()
    across, down = place.colspan, place.rowspan
    return [int(n) for n in (rows, columns, down.start, down.stop - 1, across.start, across.stop - 1)]
