"""What the signals of a chart say about charts that are known to be good or bad in one way."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from janus_reward.evidence import SIGNALS, measure
from janus_reward.evidence.chart_colors import DEFICIENCIES, seen_with
from janus_reward.evidence.chart_ticks import ranked
from janus_reward.render.svg_facts import SvgDocument
from janus_reward.sample import Sample
from janus_reward.triple import Render, Triple

CHART = [name for name in SIGNALS if name.startswith("chart.")]


def signals_of(facts: dict[str, Any]) -> dict[str, float | None]:
    out = io.BytesIO()
    width, height = facts.get("canvas") or (320, 240)
    Image.new("RGB", (int(width), int(height)), "white").save(out, "PNG")
    triple = Triple(row=0, id="t", language="svg")
    evidence = measure(Sample(triple, Render("ok", renderer="test", facts=facts), (out.getvalue(),)))
    assert "signal_errors" not in evidence.notes
    return {name: evidence.signals[name] for name in CHART}


def drawn(figure: Figure) -> dict[str, float | None]:
    """The signals of a figure, by way of its SVG."""
    out = io.BytesIO()
    FigureCanvasSVG(figure).print_svg(out)
    return signals_of(SvgDocument(out.getvalue().decode()).facts())


def bar_chart(names: list[Any], values: list[float], **labels: Any) -> tuple[Figure, Any]:
    figure = Figure(figsize=(6, 4))
    axes = figure.subplots()
    axes.bar(names, values)
    axes.set(**{"title": "Visits", "xlabel": "Day", "ylabel": "Visits", **labels})
    return figure, axes


def good() -> dict[str, float | None]:
    return drawn(bar_chart(["a", "b", "c"], [3, 6, 9])[0])


def test_a_plain_chart_has_no_fault() -> None:
    found = good()
    faults = (
        "value_axis_reversed stray_tick_share fractional_tick_share tick_clipped_share text_clipped_share "
        "tick_overlap_share text_collision_share axis_labels_lost baseline_cut vanishing_bar_share empty_axes_share"
    )
    assert {name: found[f"chart.{name}"] for name in faults.split()} == dict.fromkeys(faults.split(), 0.0)
    assert (found["chart.bars"], found["chart.series"], found["chart.axes"]) == (3, 1, 1)
    assert (found["chart.title_seen"], found["chart.axis_labels_seen"], found["chart.sorted"]) == (1, 1, 1)


def test_bars_that_hang_are_seen_and_are_a_grave_fault() -> None:
    figure, axes = bar_chart(["a", "b"], [3, 6])
    axes.invert_yaxis()
    found = drawn(figure)
    assert (found["chart.value_axis_reversed"], found["chart.grave_faults"], found["chart.untidiness"]) == (1, 1, 0)


def test_half_years_between_the_bars_are_stray_ticks() -> None:
    figure, axes = bar_chart([2016, 2017], [3, 6])
    axes.set_xticks([2015.75, 2016, 2016.25, 2016.5, 2016.75, 2017, 2017.25])
    assert drawn(figure)["chart.stray_tick_share"] == pytest.approx(5 / 7)


def test_ticks_of_missing_bars_and_of_bins_are_not_stray() -> None:
    figure, axes = bar_chart([0, 1, 4, 5], [3, 6, 2, 2])
    axes.set_xticks(range(6))
    assert drawn(figure)["chart.stray_tick_share"] == 0
    figure = Figure()
    figure.subplots().hist([1, 2, 2, 3, 3, 3, 4, 4, 5])
    assert drawn(figure)["chart.stray_tick_share"] is None


def test_fractions_on_the_axis_of_counts_are_seen() -> None:
    figure, axes = bar_chart(["a", "b"], [1, 2])
    axes.set_yticks([0, 0.5, 1, 1.5, 2])
    assert drawn(figure)["chart.fractional_tick_share"] == pytest.approx(0.4)
    figure, axes = bar_chart(["a", "b"], [1.25, 1.75])
    axes.set_yticks([0, 0.5, 1, 1.5, 2])
    assert drawn(figure)["chart.fractional_tick_share"] is None


def test_labels_cut_by_the_edge_are_counted() -> None:
    figure, axes = bar_chart(["a very long name indeed", "b"], [1, 2])
    axes.tick_params("x", rotation=90)
    found = drawn(figure)
    assert found["chart.tick_clipped_share"] == pytest.approx(0.5)
    assert 0 < (found["chart.tick_lost_share"] or 0) < 0.5
    assert found["chart.upright_tick_share"] == 1


def test_a_label_pushed_off_the_canvas_is_lost() -> None:
    figure, axes = bar_chart(["a", "b"], [1, 2])
    axes.xaxis.labelpad = 300
    found = drawn(figure)
    assert (found["chart.axis_labels_lost"], found["chart.axis_labels_seen"]) == (0.5, 0.5)


def test_crowded_ticks_overlap_and_slanted_ones_do_not() -> None:
    names = [f"category {number}" for number in range(14)]
    figure, axes = bar_chart(names, list(range(1, 15)))
    assert drawn(figure)["chart.tick_overlap_share"] == 1
    axes.tick_params("x", rotation=45)
    assert drawn(figure)["chart.tick_overlap_share"] == 0


def test_a_legend_over_the_bars_or_off_the_canvas_is_seen() -> None:
    figure, axes = bar_chart(["a", "b"], [2, 2])
    axes.legend(["visits"], loc="lower left")
    assert (drawn(figure)["chart.legend_over_data"] or 0) > 0.5
    axes.legend(["visits"], loc="upper left", bbox_to_anchor=(1.1, 1))
    found = drawn(figure)
    assert found["chart.legend_over_data"] == 0
    assert (found["chart.legend_clipped_share"] or 0) > 0.3


def test_series_without_a_legend_and_legends_without_series_are_seen() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3], label="one")
    axes.plot([3, 2, 1], label="two")
    assert drawn(figure)["chart.legend_missing"] == 1
    axes.legend()
    found = drawn(figure)
    assert (found["chart.legend_missing"], found["chart.legend_match"], found["chart.unexplained_share"]) == (0, 1, 0)
    axes.plot([2, 2, 2])
    assert drawn(figure)["chart.unexplained_share"] == pytest.approx(1 / 3)


def test_a_cut_baseline_is_seen() -> None:
    figure, axes = bar_chart(["a", "b"], [98, 99])
    axes.set_ylim(97, 100)
    assert drawn(figure)["chart.baseline_cut"] == 1


def test_stacks_and_groups_are_told_apart() -> None:
    figure, axes = bar_chart(["a", "b"], [2, 1])
    axes.bar(["a", "b"], [1, 1], bottom=[2, 1])
    found = drawn(figure)
    assert (found["chart.stacked"], found["chart.grouped"]) == (1, 0)
    figure = Figure()
    axes = figure.subplots()
    axes.bar([0, 1], [2, 1], width=0.4)
    axes.bar([0.4, 1.4], [1, 2], width=0.4)
    found = drawn(figure)
    assert (found["chart.stacked"], found["chart.grouped"]) == (0, 1)


def test_weekdays_out_of_order_are_seen() -> None:
    assert drawn(bar_chart(["Sunday", "Friday", "Saturday", "Monday", "Thursday"], [1, 2, 3, 4, 5])[0])[
        "chart.order_broken"
    ]
    assert drawn(bar_chart(["Sat", "Sun", "Mon", "Tue"], [1, 2, 3, 4])[0])["chart.order_broken"] == 0


def test_words_in_time_get_places() -> None:
    assert ranked(["Jan", "March", "Dec."]) == [0, 2, 11]
    assert ranked(["2024-01-02", "2024-01-03"]) == sorted(ranked(["2024-01-02", "2024-01-03"]))
    assert ranked(["Jan", "soup"]) == []


def test_a_line_that_goes_back_is_seen() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1, 0.5, 2, 1.5], [1, 2, 3, 4, 5])
    assert drawn(figure)["chart.line_backtrack"] == 0.5


def test_red_and_green_meet_for_those_who_cannot_tell_them_apart() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3], color="#c44e52")
    axes.plot([3, 2, 1], color="#6b8e23")
    found = drawn(figure)
    assert (found["chart.color_distance"] or 0) > 2 * (found["chart.color_distance_deficient"] or 0)


def test_markers_on_a_line_are_no_series_of_their_own() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3], [4, 1, 5], color="#f2e205")
    axes.scatter([1, 2, 3], [4, 1, 5], color="#1f5fa8")
    assert drawn(figure)["chart.color_distance"] is None
    axes.scatter([1, 2, 3], [1, 5, 4], color="#c44e52")
    assert drawn(figure)["chart.color_distance"] is not None


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_grays_look_the_same_to_everyone(deficiency: str) -> None:
    assert all(abs(seen - 128) <= 1 for seen in seen_with((128, 128, 128), deficiency))


def test_a_picture_without_structure_measures_nothing(
    sample: Callable[..., Sample], bars: Callable[..., bytes]
) -> None:
    evidence = measure(sample("x = 1", png=bars()))
    assert {evidence.signals[name] for name in CHART} == {None}


_odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=4),
    st.lists(st.floats() | st.integers(-(10**400), 10**400), max_size=4),
    st.sampled_from([[0, 0, 5, 5], [1e300, 0, 1e301, 9], {}, [[]], "bar", "linear", "3d", "#ff0000"]),
)
_mark = st.fixed_dictionaries({"kind": st.sampled_from(["bar", "line", "point", "arc"]), "box": _odd, "points": _odd})
_series = st.fixed_dictionaries({"kind": st.sampled_from(["bar", "line", "arc"]), "n": _odd, "y": _odd, "color": _odd})
_names = [
    "title",
    "x_label",
    "legend",
    "legend_colors",
    "legend_box",
    "box",
    "x_scale",
    "x_limits",
    "y_limits",
    "projection",
    "marks",
]
_axes = st.builds(
    lambda plain, marks, series: {**plain, "mark_boxes": marks, "series": series},
    st.dictionaries(st.sampled_from(_names), _odd, max_size=8),
    st.lists(_mark | _odd, max_size=4),
    st.lists(_series | _odd, max_size=3),
)
_text = st.fixed_dictionaries(
    {"role": st.sampled_from(["tick", "title", "legend", "axis_label"]), "text": st.text(min_size=1, max_size=4)},
    optional={"axis": st.sampled_from(["x", "y", 3]), "at": _odd, "box": _odd, "axes": _odd, "rotation": _odd},
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)
@given(st.lists(_axes | _odd, max_size=3) | _odd, st.lists(_text, max_size=5))
def test_hostile_facts_never_break_a_signal(axes: Any, texts: list[Any]) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    facts = {"axes": axes, "outside_texts": texts, "chart_types": axes}
    evidence = measure(Sample(Triple(row=0, id="t"), Render("ok", facts=facts), (out.getvalue(),)))
    errors = evidence.notes.get("signal_errors", {})
    assert not [name for name in errors if name.startswith("chart.")], errors
