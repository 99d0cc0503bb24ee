"""What the structure tells, and what it leaves open."""

from __future__ import annotations

import pytest

from janus_reward.evidence import measure
from janus_reward.sample import Sample
from janus_reward.triple import Before, Render, Triple


def signals(code, language="python", *, instruction="Draw it", facts=None, before=None):
    triple = Triple(0, "t", instruction, code, language, before=Before(code=before) if before else None)
    evidence = measure(Sample(triple, Render("ok", facts=facts or {})))
    assert "signal_errors" not in evidence.notes
    return evidence.signals


@pytest.mark.parametrize(
    ("code", "language", "unused"),
    [
        ("def area(w, h):\n    return w * h\n", "python", 0),
        ("def area(w, h):\n    return 12\n", "python", 2),
        ("class A:\n    def area(self, w):\n        return 1\n", "python", 0),
        ("ci <- function(x, times = 2000) {\n  c(1, mean(x))\n}\n", "r", 1),
        ("function f(a, b) { return { a, c: b }; }", "javascript", 0),
        ("function f(a, b) { return a; }", "javascript", 1),
    ],
)
def test_parameters_that_nobody_looks_at_are_counted(code, language, unused):
    assert signals(code, language)["code.unused_parameters"] == unused


def test_code_that_shrinks_is_told_from_code_that_grows():
    assert signals("abc", before="abcdef")["change.code_shrink"] == pytest.approx(0.5)
    assert signals("abcdef", before="abc")["change.code_shrink"] == 0
    assert signals("abc")["change.code_shrink"] is None


def test_plain_texts_do_not_tell_whether_one_is_the_title(sample, bars):
    def missing(facts, language="svg"):
        made = sample("<svg/>", language, instruction='Draw it with the title "Tides"', png=bars(), facts=facts)
        return measure(made).signals["alignment.title_asked_missing"]

    shown = [{"role": "text", "text": "Tides"}]
    assert missing({"texts": shown}) is None
    assert missing({"texts": [*shown, {"role": "tick", "text": "1"}]}) is None
    assert missing({"texts": [{"role": "tick", "text": "1"}], "axes": [{"marks": {"bar": 1}}]}) == 1
    assert missing({"texts": [{"role": "title", "text": "Tides"}]}) == 0


def test_a_picture_that_was_watched_and_stood_still_has_no_motion():
    assert signals("<p>", "html", facts={"animated": False})["picture.motion"] == 0
    assert signals("<p>", "html")["picture.motion"] is None
