from __future__ import annotations

import pytest

from janus_reward.evidence import measure

BEFORE = "import matplotlib.pyplot as plt\nplt.bar(names, values, color='blue')\nplt.title('Sales')\nplt.show()\n"
ASKED = "Change the bars to red and the title to 'Profit'"
DONE = BEFORE.replace("blue", "red").replace("Sales", "Profit")


def signals(made):
    evidence = measure(made)
    assert "signal_errors" not in evidence.notes
    return evidence.signals


def test_an_edit_that_does_what_was_asked(sample, bars):
    found = signals(sample(DONE, instruction=ASKED, png=bars("red"), before_code=BEFORE, before_png=bars("blue")))
    assert found["change.code_change_share"] == pytest.approx(0.5)
    assert found["change.code_lines_changed"] == 2
    assert found["change.picture_changed"] == 1
    assert 0 < found["change.picture_change_share"] < 0.3
    assert found["change.requested_words_in_change"] == 1


def test_an_edit_that_changes_nothing(sample, bars):
    found = signals(sample(BEFORE, instruction=ASKED, png=bars(), before_code=BEFORE, before_png=bars()))
    for name in ("code_change_share", "code_lines_changed", "picture_changed", "picture_change_share"):
        assert found[f"change.{name}"] == 0, name
    assert found["change.requested_words_in_change"] == 0


def test_texts_and_elements_that_an_edit_loses(sample, bars):
    texts = [
        {"role": "title", "text": "Sales"},
        {"role": "axis_label", "text": "Region"},
        {"role": "tick", "text": "7"},
    ]
    made = sample(
        DONE,
        instruction=ASKED,
        png=bars(),
        facts={"texts": [{"role": "title", "text": "Profit"}], "elements": {"div": 3}},
        before_code=BEFORE,
        before_png=bars(),
        before_facts={"texts": texts, "elements": {"div": 3, "p": 1}},
    )
    found = signals(made)
    assert found["change.text_removed_share"] == 1
    assert found["change.elements_removed_share"] == 0.25
    assert measure(made).notes["removed_texts"] == ["Sales", "Region"]


def test_changes_far_from_what_was_named_are_unrelated(sample, bars):
    texts = [{"role": "title", "text": "Sales", "box": [100, 0, 220, 20]}]
    facts = {"texts": texts, "canvas": [320, 240]}
    made = sample(
        "x",
        instruction="Set the title to 'Profit'",
        png=bars("red"),
        facts=facts,
        before_png=bars(),
        before_facts=facts,
    )
    assert signals(made)["change.unrelated_change_share"] == 1


@pytest.mark.parametrize(
    ("asked", "fill", "lost"),
    [
        ("Close the open tag.", "#123456", 0),
        ("Close the open tag.", "#ff0000", 0.5),
        ("Make the background red.", "#ff0000", None),
    ],
)
def test_colours_that_go_without_being_named_are_counted(sample, asked, fill, lost):
    before, after = "<rect fill='#123456'><circle fill='#abcdef'/>", f"<rect fill='{fill}'/><circle fill='#ABCDEF'/>"
    found = signals(sample(after, "svg", asked, before_code=before))
    assert found["change.colors_lost"] == lost


def test_pictures_of_other_sizes_are_compared_after_scaling(sample, bars):
    found = signals(sample("x", png=bars(), before_png=bars(size=(640, 480))))
    assert 0 < found["change.picture_change_share"] < 1


def test_nothing_before_means_no_change_signals(sample, bars):
    found = signals(sample(DONE, instruction=ASKED, png=bars()))
    assert {name for name, value in found.items() if name.startswith("change.") and value is not None} == set()
