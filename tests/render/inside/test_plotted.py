"""The data and the places of what matplotlib drew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from janus_reward.render.inside.plotted import plotted


def read(figure: Figure, most: int = 100) -> dict[str, Any]:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return plotted(figure.axes[0], canvas.get_renderer(), figure.bbox.height, most)


def test_bars_and_lines_come_with_their_data_and_labels() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.barh(["a", "b"], [3, -1], color="red", label="loss")
    axes.plot([1, np.nan, 2], [0, 1, 1], label="trend")
    axes.legend()
    found = read(figure)
    bars, line = found["series"]
    assert (bars["orientation"], bars["x"], bars["label"], bars["color"]) == ("horizontal", [3, -1], "loss", "#ff0000")
    assert (line["n"], line["x"], line["label"]) == (3, [1, 2], "trend")
    assert sorted(found["legend_colors"]) == sorted([bars["color"], line["color"]])


def test_a_bar_lies_where_it_was_drawn() -> None:
    figure = Figure(figsize=(4, 2), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.bar([0.5], [1], width=1)
    axes.set(xlim=(0, 2), ylim=(0, 2))
    assert read(figure)["mark_boxes"][0]["box"] == pytest.approx([0, 100, 200, 200])


def test_many_points_are_bounded_and_one_changed_value_changes_the_digest() -> None:
    def dots(last: float) -> dict[str, Any]:
        figure = Figure()
        figure.subplots().scatter(range(5000), [*range(4999), last])
        return read(figure)

    first, second = dots(1), dots(2)
    assert len(first["mark_boxes"]) == 100
    assert (first["series"][0]["n"], len(first["series"][0]["y"])) == (5000, 50)
    assert first["series"][0]["y_digest"] != second["series"][0]["y_digest"]
    assert first["series"][0]["x_digest"] == second["series"][0]["x_digest"]


def test_a_turned_axis_has_falling_limits() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2])
    axes.set_ylim(5, 0)
    assert read(figure)["y_limits"] == [5, 0]
