"""A bare SVG that is a chart tells its axes, ticks, legend and data."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import matplotlib as mpl
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from janus_reward.render.plot_axes import Tick, number_of, read_scale
from janus_reward.render.svg_facts import SvgDocument
from janus_reward.render.svg_geometry import box_of, path_points
from janus_reward.render.vega_facts import drawing_facts

Facts = dict[str, Any]


def facts_of(figure: Figure, fonttype: str = "path") -> Facts:
    out = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": fonttype}):
        FigureCanvasSVG(figure).print_svg(out)
    return SvgDocument(out.getvalue().decode()).facts()


def stacked_bars() -> Figure:
    figure = Figure(figsize=(6, 4))
    axes = figure.subplots()
    axes.bar(["Mon", "Tue", "Wed"], [3, 1, 2], label="north")
    axes.bar(["Mon", "Tue", "Wed"], [1, 1, 4], bottom=[3, 1, 2], label="south")
    axes.set(title="Visits by day", xlabel="Day", ylabel="Visits (thousand)")
    axes.legend(title="Region")
    return figure


@pytest.mark.parametrize("fonttype", ["path", "none"])
def test_a_matplotlib_svg_tells_what_its_texts_are_for(fonttype: str) -> None:
    facts = facts_of(stacked_bars(), fonttype)
    roles = {text["text"]: text["role"] for text in facts["texts"]}
    assert roles["Visits by day"] == "title"
    assert (roles["Day"], roles["Visits (thousand)"]) == ("axis_label", "axis_label")
    assert (roles["Tue"], roles["north"], roles["Region"]) == ("tick", "legend", "legend")
    axes = facts["axes"][0]
    assert (axes["title"], axes["x_label"], axes["legend"]) == ("Visits by day", "Day", ["north", "south"])
    assert facts["chart_types"] == ["bar"]


def test_a_matplotlib_svg_gives_its_data_back() -> None:
    axes = facts_of(stacked_bars())["axes"][0]
    assert [series["y"] for series in axes["series"]] == [pytest.approx([3, 1, 2]), pytest.approx([1, 1, 4])]
    assert axes["legend_colors"] == [series["color"] for series in axes["series"]]
    assert axes["y_limits"] == pytest.approx([0, 6.3], abs=0.01)
    assert (axes["x_scale"], axes["y_scale"]) == ("category", "linear")


def test_glyph_boxes_are_as_wide_as_their_words() -> None:
    texts = {text["text"]: text["box"] for text in facts_of(stacked_bars())["texts"]}
    wide, narrow = texts["Visits (thousand)"], texts["Day"]
    assert wide[3] - wide[1] > 4 * (narrow[2] - narrow[0])


def test_hanging_bars_and_log_axes_have_the_limits_that_the_ticks_show() -> None:
    figure = Figure()
    hanging, steep = figure.subplots(1, 2)
    hanging.bar([0, 1], [2, 5])
    hanging.invert_yaxis()
    steep.plot([1, 2, 3], [1, 100, 10_000])
    steep.set_yscale("log")
    first, second = facts_of(figure)["axes"]
    assert first["y_limits"][0] > first["y_limits"][1]
    assert second["y_scale"] == "log"
    assert second["series"][0]["y"] == pytest.approx([1, 100, 10_000], rel=0.01)


def test_labels_beyond_the_canvas_are_told_apart() -> None:
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.plot([1, 2])
    axes.set_xlabel("far below", labelpad=200)
    facts = facts_of(figure)
    assert [text["text"] for text in facts["outside_texts"]] == ["far below"]
    assert "far below" not in [text["text"] for text in facts["texts"]]
    assert facts["axes"][0]["x_label"] == "far below"


def test_slices_and_points_are_told_with_their_places() -> None:
    figure = Figure()
    pie, dots = figure.subplots(1, 2)
    pie.pie([1, 2, 3], labels=["a", "b", "c"])
    dots.scatter([0, 10], [0, 5], c="red")
    facts = facts_of(figure)
    assert facts["axes"][0]["marks"] == {"arc": 3}
    points = facts["axes"][1]["series"][0]
    assert (points["kind"], points["color"], points["x"], points["y"]) == ("point", "#ff0000", [0, 10], [0, 5])


def test_a_drawing_is_no_chart() -> None:
    facts = SvgDocument('<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>').facts()
    assert "axes" not in facts


def vega(spec: Facts) -> str:
    data = {"values": [{"k": k, "v": v, "g": g} for k, v, g in [("a", 1, "p"), ("b", 5, "q"), ("c", 3, "q")]]}
    return str(vl_convert.vegalite_to_svg(json.dumps({"data": data, **spec})))


BARS = {
    "mark": "bar",
    "title": "Counts",
    "encoding": {"x": {"field": "k"}, "y": {"field": "v", "type": "quantitative"}, "color": {"field": "g"}},
}


@pytest.mark.parametrize("read", [drawing_facts, lambda svg: SvgDocument(svg).facts()])
def test_a_vega_drawing_gives_its_data_back(read: Any) -> None:
    facts = read(vega(BARS))
    axes = facts["axes"][0]
    assert (axes["title"], axes["x_label"], axes["y_label"], axes["legend"]) == ("Counts", "k", "v", ["p", "q"])
    assert [series["y"] for series in axes["series"]] == [[1], [5, 3]]
    assert axes["legend_colors"] == [series["color"] for series in axes["series"]]
    ticks = [text["text"] for text in facts["texts"] if text["role"] == "tick" and text["axis"] == "x"]
    assert ticks == ["a", "b", "c"]


def test_facets_are_plotting_areas_that_share_their_labels() -> None:
    spec = {**BARS, "encoding": {**BARS["encoding"], "column": {"field": "g"}}}
    axes = drawing_facts(vega(spec))["axes"]
    assert len([area for area in axes if area["marks"].get("bar")]) == 2


@pytest.mark.parametrize(
    ("label", "number"),
    [("1,200", 1200), ("−3.5", -3.5), ("40%", 40), ("$2k", 2000), (r"$\mathdefault{10^{3}}$", 1000), ("May", None)],
)
def test_tick_labels_are_read_as_numbers(label: str, number: float | None) -> None:
    assert number_of(label) == number


@given(st.floats(-1e4, 1e4), st.floats(0.01, 1e3), st.integers(3, 9))
def test_a_scale_is_found_from_any_evenly_spaced_ticks(start: float, step: float, count: int) -> None:
    ticks = [Tick(10.0 * number, f"{start + step * number:.6f}") for number in range(count)]
    scale = read_scale(ticks)
    assert scale is not None
    assert scale.value(10.0) == pytest.approx(start + step, rel=1e-3, abs=1e-3 + 0.02 * step * count)


@given(st.text(alphabet="MLHVCSQTAZmlhvcsqtaz0123456789.,- e", max_size=80))
def test_any_path_has_a_finite_box_or_none(d: str) -> None:
    box = box_of(path_points(d))
    assert box is None or all(map(math.isfinite, box))


@pytest.mark.parametrize("d", ["M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0", "M-1-1h2v2h-2z", "m-1 -1 l2 0 0 2 -2 0"])
def test_the_box_of_a_path_holds_arcs_and_relative_steps(d: str) -> None:
    assert box_of(path_points(d)) == pytest.approx((-1, -1, 1, 1))
