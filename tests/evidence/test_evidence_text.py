from __future__ import annotations

import pytest

from janus_reward.evidence import measure


def word(text, box, role="text", size=12.0, color="#000000", rotation=0.0):
    return {"role": role, "text": text, "box": box, "size": size, "color": color, "rotation": rotation}


def signals(sample, bars, texts, **facts):
    evidence = measure(sample(png=bars(), facts={"canvas": [320, 240], "texts": texts, **facts}))
    assert "signal_errors" not in evidence.notes
    return evidence.signals


def test_readable_text_has_no_defect(sample, bars):
    texts = [word("Sales by region", [80, 5, 240, 20], "title"), word("North", [60, 205, 100, 218], "tick")]
    found = signals(sample, bars, texts)
    assert found["text.title"] == 1
    assert found["text.words"] == 4
    assert found["text.ticks"] == 1
    for name in ("tiny", "overlap", "outside", "low_contrast", "default_label", "duplicate"):
        assert found[f"text.{name}_share"] == 0, name


def test_each_defect_of_text_is_seen(sample, bars):
    texts = [
        word("x_data", [10, 222, 60, 236], "axis_label"),
        word("one", [100, 10, 150, 24]),
        word("two", [120, 12, 170, 26]),
        word("gone", [300, 10, 360, 24]),
        word("faint", [10, 30, 50, 44], color="#eeeeee"),
        word("tiny", [10, 60, 20, 64], size=4.0),
        word("tiny", [10, 80, 20, 84], size=4.0),
    ]
    found = signals(sample, bars, texts)
    assert found["text.title"] == 0
    assert found["text.overlap_share"] == pytest.approx(2 / 7)
    assert found["text.outside_share"] == pytest.approx(1 / 7)
    assert found["text.low_contrast_share"] == pytest.approx(1 / 7)
    assert found["text.tiny_share"] == pytest.approx(2 / 7)
    assert found["text.default_label_share"] == 1
    assert found["text.duplicate_share"] == pytest.approx(1 / 7)


def test_dark_text_on_a_dark_mark_is_unreadable(sample, bars):
    on_bar = [word("120", [135, 110, 160, 125], color="#1f60a0")]
    assert signals(sample, bars, on_bar)["text.low_contrast_share"] == 1


def test_white_text_on_a_mark_is_readable_although_it_covers_most_of_its_box(sample, bars):
    narrow = [word("1", [140, 110, 141, 112], color="#ffffff")]
    assert signals(sample, bars, narrow)["text.low_contrast_share"] == 0


def test_slanted_tick_labels_that_stand_clear_do_not_overlap(sample, bars):
    slanted = [word(f"month {i}", [20 * i, 200, 20 * i + 45, 240], "tick", 10, rotation=45) for i in range(5)]
    assert signals(sample, bars, slanted)["text.overlap_share"] == 0
    level = [{**item, "rotation": 0} for item in slanted]
    assert signals(sample, bars, level)["text.overlap_share"] == 1


def test_axis_labels_count_only_where_axes_need_them(sample, bars):
    pie = {"title": "", "x_label": "", "y_label": "", "marks": {"arc": 4}}
    named = {"title": "t", "x_label": "a", "y_label": "b", "marks": {"bar": 3}}
    bare = {"title": "t", "x_label": "a", "y_label": "", "marks": {"line": 1}}
    assert signals(sample, bars, [], axes=[pie])["text.axis_label_share"] is None
    assert signals(sample, bars, [], axes=[pie, named])["text.axis_label_share"] == 1
    assert signals(sample, bars, [], axes=[named, bare])["text.axis_label_share"] == 0.5


def test_several_lines_without_a_legend(sample, bars):
    axes = {"x_label": "a", "y_label": "b", "marks": {"line": 3}}
    assert signals(sample, bars, [], axes=[axes])["text.legend"] == 0
    assert signals(sample, bars, [], axes=[{**axes, "legend": ["a", "b", "c"]}])["text.legend"] == 1
    assert signals(sample, bars, [], axes=[{**axes, "marks": {"line": 1}}])["text.legend"] is None


def test_without_structure_nothing_is_claimed(sample, bars):
    found = measure(sample(png=bars())).signals
    assert {name for name, value in found.items() if name.startswith("text.") and value is not None} == set()


def test_damaged_facts_are_ignored_not_believed(sample, bars):
    texts = [None, 3, {"text": 4}, {"text": "ok", "box": [1, 2, "x", 4], "size": "big", "color": "blurple"}]
    found = signals(sample, bars, texts, axes="none", marks=[1], colors=7, canvas=[0, -1])
    assert found["text.words"] == 1
    assert found["text.overlap_share"] is None
