"""The tree of artists: one changed property is found and named, an identical chart raises no alarm."""

from __future__ import annotations

import json

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")
from matplotlib import pyplot as plt

from janus_reward.evidence.node import read_tree
from janus_reward.evidence.tree_change import compared
from janus_reward.render.inside.artists import MAX_ARTISTS, artist_tree


@pytest.fixture
def tree_of():
    def drawn(change=lambda axes: None):
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3], [3, 1, 2], label="north", gid="n")
        axes.bar([1, 2, 3], [1, 2, 3], label="south")
        axes.scatter([1, 2], [2, 1])
        axes.imshow(np.arange(4).reshape(2, 2), extent=(0, 1, 0, 1))
        axes.set(title="Rain", xlabel="day", ylabel="mm")
        axes.annotate("peak", (2, 3))
        axes.legend(loc="upper left")
        change(axes)
        figure.canvas.draw()
        tree = artist_tree(figure)
        plt.close(figure)
        return read_tree({"artists": json.loads(json.dumps(tree))})

    return drawn


CHANGES = {
    "color": lambda axes: axes.lines[0].set_color("crimson"),
    "linewidth": lambda axes: axes.lines[0].set_linewidth(4),
    "linestyle": lambda axes: axes.lines[0].set_linestyle("--"),
    "marker": lambda axes: axes.lines[0].set_marker("s"),
    "facecolor": lambda axes: axes.patches[1].set_facecolor("teal"),
    "alpha": lambda axes: axes.patches[1].set_alpha(0.4),
    "hatch": lambda axes: axes.patches[1].set_hatch("//"),
    "fontsize": lambda axes: axes.title.set_fontsize(30),
    "fontweight": lambda axes: axes.title.set_fontweight("bold"),
    "rotation": lambda axes: axes.texts[0].set_rotation(40),
    "limits": lambda axes: axes.set_xlim(0, 9),
    "scale": lambda axes: axes.set_yscale("symlog"),
    "loc": lambda axes: axes.get_legend().set_loc("lower right"),
    "cmap": lambda axes: axes.images[0].set_cmap("magma"),
    "sizes": lambda axes: axes.collections[0].set_sizes([90]),
    "offsets": lambda axes: axes.collections[0].set_offsets([(1, 2), (2, 1.5)]),
    "data": lambda axes: axes.lines[0].set_ydata([3, 1, 2.01]),
    "grid": lambda axes: axes.xaxis.grid(True),
    "visible": lambda axes: axes.spines["top"].set_visible(False),
}


def test_the_same_chart_drawn_again_has_the_same_tree(tree_of):
    assert compared(tree_of(), tree_of()).changes == ()


@pytest.mark.parametrize("name", CHANGES)
def test_one_changed_property_is_found_and_named(tree_of, name):
    changes = compared(tree_of(), tree_of(CHANGES[name])).changes
    assert name in {change.property.rpartition(" ")[2] for change in changes}


def test_words_of_a_title_are_part_of_the_tree(tree_of):
    changes = compared(tree_of(), tree_of(lambda axes: axes.set_title("Snow"))).changes
    assert [(change.before, change.after) for change in changes] == [("Rain", "Snow")]


def test_a_figure_of_very_many_artists_is_told_in_part():
    figure, axes = plt.subplots()
    for x in range(900):
        axes.plot([x, x], [0, 1])
    tree = artist_tree(figure)
    plt.close(figure)
    assert len(tree["nodes"]) == MAX_ARTISTS
    assert len(json.dumps(tree)) < 400_000


def test_an_artist_that_lies_about_itself_takes_no_other_along():
    figure, axes = plt.subplots()
    (line,) = axes.plot([1, 2])
    line.get_color = lambda: 1 / 0
    line.get_linewidth = lambda: "x" * 10**6
    tree = artist_tree(figure)
    plt.close(figure)
    assert len(json.dumps(tree)) < 50_000
    assert any(node["tag"] == "Line2D" for node in tree["nodes"])
