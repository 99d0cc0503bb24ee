from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from janus_reward.evidence import SIGNALS, measure
from janus_reward.evidence.specification import read_parts
from janus_reward.evidence.view import View
from janus_reward.sample import Sample
from janus_reward.triple import Render, Triple

from .conftest import to_png

PLAN = """### 2. Component IDs and State
* `id="slider-mass"`
    * Label: "mass"
    * Initial Value: 2.5
    * Min: 0
    * Max: 10
    * Step: 0.1
* `id="value-mass"` - Initial Value: "2.5"
* `id="btn-reset"` - label: "Reset"
* `id="plot-area"`: the drawing.

### 3. Logic
`updatePlot()` runs on every `input` event; the constant is `9.81`.
"""
PAGE = """<html><body><label>mass</label>
<input type="range" id="slider-mass" min="0" max="10" step="0.1" value="2.5"><span id="value-mass">2.5</span>
<button id="btn-reset">Reset</button><div id="plot-area"></div>
<script>
const g = 9.81, slider = document.getElementById('slider-mass');
function updatePlot() { document.getElementById('value-mass').textContent = slider.value * g; }
slider.addEventListener('input', updatePlot);
document.getElementById('btn-reset').onclick = () => updatePlot();
</script></body></html>"""


def signals(made):
    found = measure(made)
    assert "signal_errors" not in found.notes
    return found.signals


def drawn_page(marks: bool) -> bytes:
    image = Image.new("RGB", (800, 600), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((100, 200, 700, 560), outline="black")
    if marks:
        for x in range(130, 680, 20):
            pen.ellipse((x, 250 + x % 200, x + 12, 262 + x % 200), fill="blue")
    return to_png(image)


@pytest.mark.parametrize(
    "text",
    [
        '* `id="slider-x"` - default: 3, min: 1, max: 9, step: 2, label: "speed"',
        '*   **`id="slider-x"`**\n    *   **Label:** "speed"\n    *   **Default Value:** 3\n    *   **Min:** 1\n    * Max: 9\n'
        "    * Step: 2",
        '### Component IDs\n- `slider-x`\n  - **label**: "speed"\n  - **default**: `3`\n  - min: 1\n  - max: 9\n  - step: 2',
        "### IDs\n| ID | Label | Default Value | Min | Max | Step |\n|---|---|---|---|---|---|\n"
        '| `slider-x` | "speed" | 3 | 1 | 9 | 2 |',
    ],
)
def test_a_control_is_read_from_bullets_lines_and_tables(text):
    (part,) = read_parts(text)
    assert (part.id, part.kind) == ("slider-x", "slider")
    assert part.states == {"initial": "3", "min": "1", "max": "9", "step": "2", "label": "speed"}


def test_colours_and_plain_code_spans_are_no_ids():
    assert read_parts("Use `#ff0000` and call `render()`; the `speed` is 3.") == ()


def test_a_page_that_answers_its_plan_has_everything(sample):
    found = signals(sample(PAGE, "html", PLAN))
    assert found["plan.parts_declared"] == found["plan.controls_declared"] == found["plan.kinds_right"] == 1
    assert found["plan.states_right"] == found["plan.controls_wired"] == found["plan.functions_defined"] == 1
    assert found["plan.constants_found"] == found["plan.events_handled"] == found["plan.lookups_resolved"] == 1
    assert found["plan.states_contradicted"] == 0


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('id="plot-area"', 'id="plot"', "plan.parts_declared"),
        ('id="btn-reset"', 'id="again"', "plan.controls_declared"),
        ('type="range"', 'type="number"', "plan.kinds_right"),
        ('max="10"', 'max="20"', "plan.states_right"),
        ("slider.addEventListener('input', updatePlot);", "", "plan.controls_wired"),
        ("function updatePlot", "function redraw", "plan.functions_defined"),
        ("9.81", "1.62", "plan.constants_found"),
        ("getElementById('value-mass')", "getElementById('value')", "plan.lookups_resolved"),
    ],
)
def test_what_a_page_leaves_out_or_changes_is_seen(sample, old, new, name):
    assert signals(sample(PAGE.replace(old, new), "html", PLAN))[name] < 1


def test_a_comment_that_names_the_parts_does_not_count(sample):
    talk = f"<html><!-- {PAGE} --><body><script>/* {PAGE.replace('*/', '')} */</script></body></html>"
    found = signals(sample(talk, "html", PLAN))
    assert found["plan.parts_declared"] == found["plan.controls_wired"] == found["plan.functions_defined"] == 0


def test_an_empty_place_for_a_drawing_is_told_from_a_filled_one(sample):
    ids = [{"id": "plot-area", "tag": "div", "visible": True, "text": "", "box": [100, 200, 700, 560]}]
    facts = {"ids": ids, "canvas": [800, 600], "texts": []}
    full, empty = (signals(sample(PAGE, "html", PLAN, drawn_page(marks=marks), facts=facts)) for marks in (True, False))
    assert full["plan.places_filled"] == full["plan.surfaces_drawn"] == 1
    assert empty["plan.places_filled"] == empty["plan.surfaces_drawn"] == 0


def test_the_state_after_loading_is_what_a_control_has_then(sample):
    control = {"id": "slider-mass", "kind": "slider", "value": "7", "min": "0", "max": "10", "step": "0.1"}
    facts = {"ids": [], "controls": [control | {"listens": ["input"]}], "canvas": [800, 600]}
    found = signals(sample(PAGE, "html", PLAN, drawn_page(marks=True), facts=facts))
    assert found["plan.live_states_right"] == 0.75
    assert found["plan.controls_listened"] == 0.5


def test_a_display_of_nan_is_broken_and_not_filled(sample):
    ids = [{"id": "value-mass", "tag": "span", "visible": True, "text": "NaN", "box": [0, 0, 40, 20]}]
    facts = {"ids": ids, "texts": [{"role": "text", "text": "NaN kg"}], "canvas": [800, 600]}
    found = signals(sample(PAGE, "html", PLAN, drawn_page(marks=True), facts=facts))
    assert found["plan.outputs_filled"] == 0
    assert found["plan.broken_values"] == 1


def test_without_named_parts_there_is_nothing_to_hold_against_a_page(sample):
    found = signals(sample(PAGE, "html", "Make a nice page about masses."))
    assert {name for name, value in found.items() if name.startswith("plan.") and value is not None} <= {
        "plan.lookups_resolved",
        "plan.drawing_calls",
    }


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
item = st.fixed_dictionaries(
    {}, optional={name: junk for name in ("id", "box", "visible", "text", "tag", "value", "listens", "changed")}
)


@given(ids=junk | st.lists(item, max_size=3), controls=junk | st.lists(item, max_size=3), boxes=junk)
def test_no_fact_however_wrong_breaks_a_measurement(ids, controls, boxes):
    facts = {"ids": ids, "controls": controls, "boxes": boxes, "probes": controls, "canvas": [800, 600]}
    triple = Triple(row=0, id="t", instruction=PLAN, code=PAGE, language="html")
    view = View(Sample(triple, Render("ok", renderer="test", facts=facts), (EMPTY,)))
    for name, one in SIGNALS.items():
        if name.startswith("plan."):
            one.value(view)


EMPTY = drawn_page(marks=False)


@given(st.text(alphabet='`*|-#: \n"=idslider-x123', max_size=400))
def test_any_text_can_be_read_for_parts(text):
    assert len(read_parts(text)) <= 80
