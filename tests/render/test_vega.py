"""Vega-Lite and Vega specifications become pictures with facts; the network is never asked."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from janus_reward.render.base import RenderSettings
from janus_reward.render.vega import VegaRenderer

pytestmark = pytest.mark.e2e

BARS: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "title": "Fruit sold",
    "data": {"values": [{"fruit": "apple", "count": 3, "shop": "a"}, {"fruit": "pear", "count": 5, "shop": "b"}]},
    "mark": "bar",
    "encoding": {
        "x": {"field": "fruit", "type": "nominal", "title": "Kind of fruit"},
        "y": {"field": "count", "type": "quantitative"},
        "color": {"field": "shop", "type": "nominal"},
    },
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[VegaRenderer]:
    renderer = VegaRenderer(RenderSettings())
    yield renderer
    renderer.close()


def test_a_chart_is_drawn_with_its_facts(renderer: VegaRenderer) -> None:
    drawn = renderer.render(json.dumps(BARS), "vega-lite")
    assert drawn.outcome == "ok"
    axis = drawn.facts["axes"][0]
    assert (axis["title"], axis["x_label"], axis["y_label"]) == ("Fruit sold", "Kind of fruit", "count")
    assert axis["legend"] == ["a", "b"]
    assert drawn.facts["chart_types"] == ["bar"]
    assert drawn.facts["marks"]["bar"] == 2
    ticks = [text["text"] for text in drawn.facts["texts"] if text["role"] == "tick"]
    assert {"apple", "pear"} <= set(ticks)


def test_two_runs_give_the_same_bytes(renderer: VegaRenderer) -> None:
    assert renderer.render(json.dumps(BARS), "vega-lite") == renderer.render(json.dumps(BARS), "vega-lite")


@pytest.mark.parametrize(
    ("mark", "encoding", "chart"),
    [
        ("point", {}, "scatter"),
        ({"type": "arc"}, {"theta": {"field": "count"}}, "pie"),
        ("bar", {"x": {"field": "count", "bin": True}, "y": {"aggregate": "count"}}, "histogram"),
        ("rect", {"color": {"field": "count"}}, "heatmap"),
        ("boxplot", {}, "box"),
    ],
)
def test_the_chart_type_is_told(renderer: VegaRenderer, mark: object, encoding: dict[str, Any], chart: str) -> None:
    spec = copy.deepcopy(BARS) | {"mark": mark}
    spec["encoding"] |= encoding
    drawn = renderer.render(json.dumps(spec), "vega-lite")
    assert (drawn.outcome, drawn.facts["chart_types"]) == ("ok", [chart])


def test_a_vega_specification_is_drawn(renderer: VegaRenderer) -> None:
    spec = {
        "$schema": "https://vega.github.io/schema/vega/v5.json",
        "width": 200,
        "height": 100,
        "marks": [
            {"type": "symbol", "encode": {"enter": {"x": {"value": 50}, "y": {"value": 50}, "fill": {"value": "red"}}}}
        ],
    }
    drawn = renderer.render(json.dumps(spec), "vega")
    assert (drawn.outcome, drawn.facts["marks"], drawn.facts["colors"]) == ("ok", {"point": 1}, ["#ff0000"])


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("{", "line 1, column 2"),
        ("[1]", "no JSON object"),
        ("[" * 100_000, "nested too deeply"),
        (
            json.dumps(BARS | {"data": {"url": "https://example.invalid/data.csv?key=1"}}),
            "https://example.invalid/data.csv",
        ),
        (json.dumps(BARS | {"mark": "pyramid"}), "Vega"),
    ],
)
def test_what_cannot_be_drawn_says_why(renderer: VegaRenderer, code: str, complaint: str) -> None:
    drawn = renderer.render(code, "vega-lite")
    assert drawn.outcome == "failed"
    assert complaint in str(drawn.message)


def test_pictures_that_marks_ask_for_are_named_and_not_loaded(renderer: VegaRenderer) -> None:
    data = {"values": [{"address": "https://example.invalid/a.png?key=1"}]}
    encoding = {"url": {"field": "address", "type": "nominal"}}
    drawn = renderer.render(json.dumps({"data": data, "mark": "image", "encoding": encoding}), "vega-lite")
    assert (drawn.outcome, drawn.facts["blocked"]) == ("ok", ["https://example.invalid/a.png"])


def test_an_address_made_by_an_expression_is_refused_and_named(renderer: VegaRenderer) -> None:
    data = {"url": {"signal": "'https://example.' + 'invalid/a.json'"}}
    drawn = renderer.render(json.dumps(BARS | {"data": data}), "vega-lite")
    assert (drawn.outcome, drawn.facts["blocked"]) == ("failed", ["https://example.invalid/a.json"])


def test_a_gigantic_canvas_is_refused_and_the_next_chart_is_fine(renderer: VegaRenderer) -> None:
    assert renderer.render(json.dumps(BARS | {"width": 100_000, "height": 100_000}), "vega-lite").outcome == "exceeded"
    assert renderer.render(json.dumps(BARS), "vega-lite").outcome == "ok"


def test_an_endless_expression_ends_at_the_limit() -> None:
    from janus_reward.render.base import Limits

    renderer = VegaRenderer(RenderSettings(limits=Limits(wall_s=6)))
    endless = {
        "$schema": "https://vega.github.io/schema/vega/v5.json",
        "width": 10, "height": 10,
        "data": [{"name": "d", "transform": [{"type": "sequence", "start": 0, "stop": 60000}, {"type": "cross"}]}],
        "marks": [{"type": "symbol", "from": {"data": "d"}, "encode": {"enter": {"x": {"field": "data"}}}}],
    }  # fmt: skip
    try:
        assert renderer.render(json.dumps(endless), "vega").outcome in ("timeout", "exceeded")
        assert renderer.render(json.dumps(BARS), "vega-lite").outcome == "ok"
    finally:
        renderer.close()
