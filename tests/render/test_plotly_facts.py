import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_reward.render.plotly_facts import plotly_facts


@pytest.mark.parametrize(
    ("trace", "types"),
    [
        ({"type": "bar", "x": [1, 2]}, ["bar"]),
        ({"x": [1, 2]}, ["line"]),
        ({"type": "scatter", "mode": "markers", "x": [1, 2]}, ["scatter"]),
        ({"type": "scattergl", "mode": "lines+markers"}, ["line"]),
        ({"type": "scatter", "fill": "tozeroy"}, ["area"]),
        ({"type": "scatter3d", "mode": "markers"}, ["3d", "scatter"]),
        ({"type": "scatterpolar", "fill": "toself"}, ["polar", "area"]),
        ({"type": "histogram"}, ["histogram"]),
        ({"type": "surface"}, ["3d"]),
        ({"type": "treemap"}, ["treemap"]),
        ({"type": "unheard"}, ["unheard"]),
        ({"type": "bar", "visible": False}, []),
    ],
)
def test_chart_types_come_from_traces(trace, types):
    assert plotly_facts({"data": [trace], "layout": {}})["chart_types"] == types


def test_titles_legends_and_labels_are_texts_without_markup():
    figure = {
        "data": [
            {"type": "bar", "name": "north", "x": ["Mon", "Tue"], "y": [1, 2], "marker": {"color": "rgb(1,2,3)"}},
            {"type": "bar", "name": "south", "marker": {"color": "#ABCDEF"}},
        ],
        "layout": {
            "title": {"text": "<b>Sales</b> 2024"},
            "xaxis": {"title": {"text": "day"}},
            "yaxis2": {"title": "money"},
            "annotations": [{"text": "peak"}],
        },
    }
    facts = plotly_facts(figure)
    texts = {text["text"]: text["role"] for text in facts["texts"]}
    assert texts == {
        "Sales  2024": "title",
        "day": "axis_label",
        "money": "axis_label",
        "peak": "annotation",
        "north": "legend",
        "south": "legend",
        "Mon": "tick",
        "Tue": "tick",
    }
    assert facts["axes"][0]["legend"] == ["north", "south"]
    assert facts["colors"] == ["#010203", "#abcdef"]
    assert facts["marks"] == {"bar": 3}


def test_packed_arrays_are_counted():
    packed = {"dtype": "f8", "bdata": "AAAAAAAA8D8AAAAAAAAAQAAAAAAAAAhA"}
    assert plotly_facts({"data": [{"type": "bar", "y": packed}], "layout": {}})["marks"] == {"bar": 3}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from(["x", "y", "text", "name", "labels"]), _json), max_size=3))
def test_odd_values_in_a_figure_never_raise(traces):
    facts = plotly_facts({"data": traces, "layout": {}})
    assert all(isinstance(text["text"], str) and text["text"] for text in facts["texts"])
