"""What a page's facts come to, and that no fact, however wrong, breaks a signal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.evidence import FAMILIES, SIGNALS
from janus_reward.evidence.pageboxes import PageBox, balance, distinct_lines, shared_edges
from janus_reward.evidence.view import View

PAGE = "<h1>Report</h1>"
NAMES = [name for name in SIGNALS if name.startswith("page.")]


def text(x, y, w=100, h=20, **more):
    base = {"tag": "p", "kind": "text", "parent": -1, "chars": 10, "size": 16, "weight": 400, "family": "Arial"}
    return {**base, "box": [x, y, x + w, y + h], "contrast": 12.0, **more}


def values(sample):
    view = View(sample)
    return {name: SIGNALS[name].value(view) for name in NAMES}


@pytest.fixture
def page(sample, bars):
    def make(language="html", **facts):
        return sample(PAGE, language, png=bars(), facts={"canvas": [1000, 1000], **facts})

    return make


@pytest.fixture
def signals(page):
    return lambda **facts: values(page(**facts))


def test_the_family_is_listed_and_every_signal_says_what_it_is():
    assert "page" in FAMILIES
    assert len(NAMES) >= 35
    assert all(SIGNALS[name].doc.endswith(".") for name in NAMES)


def test_nothing_is_said_of_what_is_no_page(page):
    facts = {"boxes": [text(0, 0)], "links": {"total": 2, "dead": 1}, "probes": [{"kind": "button", "changed": True}]}
    assert set(values(page(language="python", **facts)).values()) == {None}


def test_nothing_is_said_where_the_facts_are_missing(signals):
    assert set(signals().values()) == {None}


def test_contrast_counts_characters_and_lets_large_text_be_paler(signals):
    boxes = [
        text(0, 0, chars=30, contrast=4.6),
        text(0, 30, chars=10, contrast=3.2),
        text(0, 60, chars=10, contrast=3.2, size=30),
        text(0, 90, chars=10, contrast=3.2, size=19, weight=700),
        text(0, 120, chars=900, contrast=None),
    ]
    found = signals(boxes=boxes)
    assert found["page.low_contrast_share"] == pytest.approx(10 / 60)
    assert found["page.contrast_least"] == 3.2


def test_fonts_are_counted_and_the_smallest_named(signals):
    found = signals(boxes=[text(0, 0, size=32), text(0, 40, size=16, chars=90), text(0, 60, size=9, family="Georgia")])
    assert found["page.font_sizes"] == 3
    assert found["page.font_smallest"] == 9
    assert found["page.font_families"] == 2
    assert found["page.small_text_share"] == pytest.approx(10 / 110)
    assert found["page.size_contrast"] == 2


def test_a_column_is_aligned_and_scattered_boxes_are_not(signals):
    column = signals(boxes=[text(40, 30 * i, w=50 + 13 * i) for i in range(6)])
    scattered = signals(boxes=[text(17 * i * i, 30 * i, w=50 + 13 * i) for i in range(6)])
    assert column["page.aligned_x"] == 1 and column["page.left_lines"] == pytest.approx(1 / 6)
    assert scattered["page.aligned_x"] < 0.5 and scattered["page.left_lines"] == 1


def test_balance_tells_one_side_from_two(signals):
    both = signals(boxes=[text(100, 0), text(800, 0), text(450, 40)])
    left = signals(boxes=[text(0, 0), text(0, 40), text(0, 80)])
    assert both["page.balance_x"] == pytest.approx(1)
    assert left["page.balance_x"] == 0


def test_covered_share_is_the_union_of_what_holds_something(signals):
    half = text(0, 0, w=500, h=1000)
    assert signals(boxes=[half, half])["page.covered_share"] == pytest.approx(0.5)
    assert signals(boxes=[text(0, 0, w=500, h=1000, kind="landmark")])["page.covered_share"] == 0


def test_shares_are_of_what_was_found(signals):
    found = signals(
        boxes=[],
        overflow={"x": 250, "elements": 3},
        overlaps={"compared": 10, "overlapping": 2},
        offscreen={"elements": 4, "outside": 1},
        clipping={"texts": 0, "clipped": 0},
        links={"total": 4, "dead": 3},
        handlers={"listeners": 7, "inline": 1, "undefined": ["go"], "buttons": 2, "deaf": 1},
        sections={"total": 5, "empty": 1, "names": ["plot"]},
        images=[
            {"broken": True, "natural": [0, 0]},
            {"broken": False, "natural": [20, 10], "shown": [20, 20], "alt": ""},
        ],
    )
    assert found["page.overflow_share"] == pytest.approx(0.2)
    assert found["page.overlap_share"] == 0.2
    assert found["page.offscreen_share"] == 0.25
    assert found["page.clipped_share"] is None
    assert found["page.dead_link_share"] == 0.75
    assert found["page.deaf_button_share"] == 0.5
    assert found["page.listeners"] == 7
    assert found["page.undefined_handlers"] == 1
    assert found["page.empty_section_share"] == 0.2
    assert found["page.broken_image_share"] == 0.5
    assert found["page.stretched_image_share"] == 1
    assert found["page.alt_share"] == 0.5


def test_probes_tell_what_changed_what_threw_and_what_could_not_be_hit(signals):
    found = signals(
        probes=[
            {"kind": "slider", "changed": True, "reached": True, "error": None},
            {"kind": "slider", "changed": False, "reached": True, "error": None},
            {"kind": "button", "changed": True, "reached": True, "error": "TypeError: x"},
            {"kind": "button", "changed": None, "reached": False, "error": None},
            {"kind": "button", "changed": None, "reached": True, "error": "no answer in time"},
        ]
    )
    assert found["page.probe_changed_share"] == pytest.approx(2 / 3)
    assert found["page.probe_input_changed_share"] == 0.5
    assert found["page.probe_threw_share"] == pytest.approx(1 / 3)
    assert found["page.probe_unreached_share"] == 0.2


def test_headings_must_begin_at_the_first_level_and_skip_none(signals):
    assert signals(headings=[1, 2, 3, 2, 3])["page.headings_in_order"] == 1
    assert signals(headings=[1, 3])["page.headings_in_order"] == 0
    assert signals(headings=[2, 3])["page.headings_in_order"] == 0
    assert signals(headings=[])["page.headings_in_order"] is None


def test_controls_and_canvases(signals):
    controls = [
        {"kind": "slider", "visible": True, "label": "Speed", "listens": ["input"]},
        {"kind": "select", "visible": True, "listens": []},
        {"kind": "input", "visible": False, "listens": []},
        {"kind": "button", "visible": True, "listens": []},
    ]
    found = signals(controls=controls, canvases=[{"drawn": False}, {"drawn": True}, {"size": [1, 1]}])
    assert found["page.controls"] == 4
    assert found["page.named_control_share"] == 0.5
    assert found["page.deaf_control_share"] == 0.5
    assert found["page.blank_canvas_share"] == 0.5


BOXES = st.lists(
    st.builds(
        lambda x, y, w, h: PageBox("text", (x, y, x + w, y + h)),
        st.floats(-500, 2000), st.floats(-500, 2000), st.floats(1, 900), st.floats(1, 900),
    ),
    max_size=25,
)  # fmt: skip


@given(BOXES, st.integers(0, 1))
def test_layout_measures_keep_their_range_and_do_not_depend_on_order(boxes, axis):
    edges, weighed = shared_edges(boxes, axis), balance(boxes, (1280, 800), axis)
    assert edges is None or 0 <= edges <= 1
    assert weighed is None or 0 <= weighed <= 1
    assert edges == shared_edges(boxes[::-1], axis)
    assert distinct_lines([box.box[0] for box in boxes]) <= len(boxes)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["box", "kind", "chars", "size", "contrast", "x", "total", "dead", "listeners", "undefined", "natural", "shown",
         "changed", "listens", "drawn", "shapes", "visible", "error", "compared", "overlapping"]), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip
FACTS = ["canvas", "overflow", "boxes", "controls", "ids", "images", "canvases", "drawings", "sections", "headings"]
FACTS += [
    "landmarks",
    "clipping",
    "overlaps",
    "offscreen",
    "links",
    "handlers",
    "probes",
    "page_errors",
    "console_errors",
]


@settings(max_examples=150, deadline=None)
@given(facts=st.dictionaries(st.sampled_from(FACTS), JUNK | st.lists(JUNK, max_size=4), max_size=8))
def test_facts_of_any_shape_break_no_signal(facts):
    from janus_reward.sample import Sample
    from janus_reward.triple import Render, Triple

    view = View(Sample(Triple(0, "a", code=PAGE, language="html"), Render("ok", facts=facts), (b"png",)))
    for name in NAMES:
        SIGNALS[name].value(view)
