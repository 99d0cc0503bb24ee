"""What every consumer relies on: all names every time, values in range, no defect on any input."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from janus_reward.evidence import FLAGS, SIGNALS, measure
from janus_reward.evidence.__main__ import reference

LANGUAGES = [
    "python",
    "manim",
    "html",
    "svg",
    "vega-lite",
    "vega",
    "javascript",
    "mermaid",
    "r",
    "matlab",
    "wolfram",
    None,
]
FRAGMENTS = [
    "def f(x):\n    return x\n", "import os\n", '"""', "'''", "(", ")", "{", "}", "<div>", "</div>", "<script>", "</script>",
    "<!--", "-->", "/*", "*/", "//", "#", "`", "'", '"', "```", "<svg>", "</svg>", '{"mark": "bar"}', "\\", "\0", "\u202e", "/[",
    " three red bars", " 12.5e3", " 'quoted'", "title", "#ff0000", "<![CDATA[", "<?xml", "&amp;", "&#x110000;", "if True:\n",
]  # fmt: skip
texts = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join))
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
fact_names = [
    "texts",
    "axes",
    "marks",
    "chart_types",
    "colors",
    "warnings",
    "blocked",
    "canvas",
    "elements",
    "widgets",
    "overflow",
]
fact_names += ["broken_images", "exception"]


def check(evidence):
    assert list(evidence.signals) == list(SIGNALS)
    assert "signal_errors" not in evidence.notes
    for name, value in evidence.signals.items():
        if value is not None:
            assert math.isfinite(value)
            assert SIGNALS[name].low <= value <= SIGNALS[name].high
    assert list(evidence.flags) == sorted(evidence.flags)
    assert set(evidence.flags) <= set(FLAGS)
    assert len(json.dumps(evidence.notes)) < 40_000


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(code=texts, instruction=texts, before=texts, language=st.sampled_from(LANGUAGES))
def test_any_text_is_measured_without_a_defect(sample, bars, code, instruction, before, language):
    made = sample(code, language, instruction, bars(), before_code=before, checklist=(instruction,))
    check(measure(made))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.dictionaries(st.sampled_from(fact_names), json_values, max_size=8))
def test_any_facts_are_measured_without_a_defect(sample, bars, facts):
    instruction = "Draw three red bars titled 'A' with a legend, axis labels, a table of data and two buttons"
    made = sample("x = 1", "html", instruction, bars(), facts, before_code="y", before_png=bars(), before_facts=facts)
    check(measure(made))


def test_the_same_sample_gives_the_same_evidence(sample, bars):
    made = sample(
        "import os\nx = 1", "python", "Draw red bars titled 'A'", bars(), {"texts": [], "chart_types": ["bar"]}
    )
    assert measure(made) == measure(made)


HOSTILE = {
    "python": ["(" * 100_000, "-" * 100_000 + "1", "x = [" + "1," * 60_000 + "]", "'" * 150_000, "f(" * 50_000 + ")" * 50_000, "if 1:\n" * 20_000],
    "html": ["<div>" * 40_000, "<" * 200_000, "<!" * 60_000, "<!--" * 40_000, "<a b='" * 30_000, "</p>" * 40_000, "&" * 200_000, "<script>" + "/[" * 90_000],
    "svg": ["<g>" * 60_000, "<svg " + "a='b' " * 30_000, "<!DOCTYPE x [" + "<!ENTITY a 'b'>" * 9_000],
    "javascript": ["/[=" * 60_000, "(" * 200_000, "`" * 99_999, "function f(){" * 15_000, "=/" * 90_000, "a\n" * 90_000, "catch " * 30_000],
    "vega-lite": ["[" * 200_000, '{"a":' * 40_000, "1" * 200_000, '"' * 199_999],
    "wolfram": ["(*" * 90_000],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "index"), [(name, i) for name, codes in HOSTILE.items() for i in range(len(codes))]
)
def test_hostile_code_takes_bounded_time(sample, language, index):
    code = HOSTILE[language][index]
    started = time.process_time()
    check(measure(sample(code, language, instruction="Draw a red bar chart titled 'A'", before_code=code[:-7] + "x")))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "text",
    [
        "'" * 20_000,
        '"a' * 9_000,
        "1," * 9_000,
        "light " * 3_000,
        "a title " * 2_000,
        "three big " * 2_000,
        "<" * 20_000,
    ],
)
def test_hostile_instructions_take_bounded_time(sample, text):
    started = time.process_time()
    check(measure(sample("x = 1", instruction=text)))
    assert time.process_time() - started < 3


def test_the_written_reference_of_signals_is_current():
    written = Path(__file__).parents[2] / "docs" / "evidence.md"
    assert written.read_text(encoding="utf-8") == reference(), "run: python -m janus_reward.evidence > docs/evidence.md"
