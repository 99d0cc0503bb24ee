from __future__ import annotations

import pytest

from janus_reward.evidence import measure

CLEAN = """
import matplotlib.pyplot as plt

def draw(values):
    figure, axes = plt.subplots()
    axes.bar(range(len(values)), values)
    return figure

draw([1, 2, 3])
plt.show()
"""

MESSY = """
import os, sys
import matplotlib.pyplot as plt
def qq(aa, bb):
    try:
        zz = eval(aa)
    except:
        pass
    return 1
    print("never")
os.system("ls")
plot(undefined_thing)
# TODO: your code here
"""


def signals(sample, code, language="python"):
    evidence = measure(sample(code, language))
    assert "signal_errors" not in evidence.notes
    return evidence.signals


def test_clean_python_has_nothing_to_complain_of(sample):
    found = signals(sample, CLEAN)
    assert found["code.parses"] == 1
    for name in (
        "unused_names",
        "undefined_names",
        "dangerous_calls",
        "placeholder_marks",
        "swallowed_errors",
        "dead_code",
    ):
        assert found[f"code.{name}"] == 0, name
    assert found["code.name_quality"] == 1
    assert found["code.functions"] == 1
    assert found["code.truncated"] == 0


def test_messy_python_is_seen_through(sample):
    found = signals(sample, MESSY)
    assert found["code.unused_names"] == 3  # sys, plt, zz
    assert found["code.undefined_names"] == 2  # plot, undefined_thing
    assert found["code.dangerous_calls"] == 2  # eval, os.system
    assert found["code.swallowed_errors"] == 1
    assert found["code.dead_code"] == 2  # qq is never called, print is never reached
    assert found["code.placeholder_marks"] == 2
    assert found["code.name_quality"] < 0.5


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("python", "x = [1, 2]\n", "x = [1, 2\nprint(x"),
        ("html", "<!DOCTYPE html><html><body><div><p>a</div></body></html>", "<html><body><div><span>a</body></html>"),
        ("html", "<script>if (1 < 2) { go(); }</script>", "<html><script>if (1 < 2) { go(; }</script></html>"),
        ("svg", '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', "<svg><g></svg>"),
        ("vega-lite", '{"mark": "bar"}', '{"mark": "bar"'),
        ("javascript", "const f = () => { return `}` + '{' + /[{]/; };", "function f() { return [1, 2); }"),
    ],
)
def test_parses_tells_sound_code_from_broken(sample, language, good, bad):
    assert signals(sample, good, language)["code.parses"] == 1
    assert signals(sample, bad, language)["code.parses"] == 0


@pytest.mark.parametrize(
    ("language", "whole"),
    [
        ("python", "import math\n\ndef area(radius):\n    return math.pi * (\n        radius ** 2\n    )\n"),
        (
            "html",
            "<html><head><script>function go() { return 1; }</script></head><body><p>a</p></body></html>",
        ),
        ("svg", '<svg xmlns="http://www.w3.org/2000/svg"><g><rect width="2" height="3"/></g></svg>'),
        ("vega-lite", '{"mark": {"type": "bar"}, "data": {"values": [1, 2, 3]}}'),
        ("javascript", "function go(a) { return [a, { b: 2 }]; }"),
    ],
)
def test_a_cut_reply_is_truncated_and_the_whole_one_is_not(sample, language, whole):
    assert signals(sample, whole, language)["code.truncated"] == 0
    cut = whole[: whole.index("radius ** 2")] if language == "python" else whole[: int(len(whole) * 0.7)]
    assert signals(sample, cut, language)["code.truncated"] == 1
    assert measure(sample(cut, language)).flags == ("truncated_code",)


def test_an_unknown_language_is_not_measured_rather_than_guessed(sample):
    found = signals(sample, "x <- 1:10\nplot(x)", "cobol")
    assert found["code.parses"] is None
    assert found["code.unused_names"] is None
    assert found["code.chars"] == 17


def test_no_code_means_no_code_signals(sample):
    found = signals(sample, None)
    assert {name: value for name, value in found.items() if name.startswith("code.") and value is not None} == {}


def test_random_numbers_without_a_seed(sample):
    assert signals(sample, "import random\nx = random.random()")["code.hardcoded_seed"] == 0
    assert signals(sample, "import numpy as np\nnp.random.seed(0)\nx = np.random.rand(3)")["code.hardcoded_seed"] == 1
    assert signals(sample, "x = 4")["code.hardcoded_seed"] is None


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("import os as o\no.system('x')", "python"),
        ("from subprocess import run\nrun(['ls'])", "python"),
        ("import pandas as pd\npd.read_csv('https://example.org/a.csv')", "python"),
        ("<html><script>eval('1')</script></html>", "html"),
        ("fetch('/secrets')", "javascript"),
        ("<svg xmlns='http://www.w3.org/2000/svg' onload='go()'/>", "svg"),
    ],
)
def test_dangerous_calls_are_flagged_under_any_name(sample, code, language):
    assert "dangerous_call" in measure(sample(code, language)).flags


@pytest.mark.parametrize(
    "call",
    [
        "eval('1')", "new Function('1')", "fetch('a')", "new XMLHttpRequest()", "new WebSocket('a')", "new EventSource('a')",
        "new SharedWorker('a')", "navigator.sendBeacon('a')", "x = document.cookie", "importScripts('a')", "window.open('a')",
    ],
)  # fmt: skip
def test_every_dangerous_call_of_a_script_is_flagged(sample, call):
    assert "dangerous_call" in measure(sample(f"const y = 1; {call};", "javascript")).flags


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("import pandas as pd\nimport re\nprint(re.compile('a'), pd.read_csv('a.csv'))", "python"),
        ("# os.system('x')\nmodel = 1\nprint(model, 'eval(1)')", "python"),
        ("const a = retrieval(1); // eval(2)", "javascript"),
        ("<svg xmlns='http://www.w3.org/2000/svg'><use href='#a'/></svg>", "svg"),
    ],
)
def test_harmless_code_is_not_flagged(sample, code, language):
    assert "dangerous_call" not in measure(sample(code, language)).flags


def test_copied_blocks_are_counted_whatever_their_values(sample):
    block = "ax.plot({0}, 1)\nax.set_title('{0}')\nax.set_xlabel('{0}')\nax.grid({0})\n"
    assert signals(sample, block.format(1) + block.format(2) + block.format(3))["code.repeated_blocks"] == 1
    different = "\n".join(f"{name}_{index}.call(1)" for index, name in enumerate("abcdefghijkl"))
    assert signals(sample, different)["code.repeated_blocks"] == 0
