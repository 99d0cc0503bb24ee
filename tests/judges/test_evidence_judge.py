"""The embedded judge: what a verdict from it says, and what it refuses to say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_reward.errors import InputError
from janus_reward.evidence import SIGNALS
from janus_reward.judges import judge_named
from janus_reward.judges.evidence import EvidenceJudge, squash
from janus_reward.judges.evidence_weights import load_weights
from janus_reward.rubric import RubricSet
from janus_reward.sample import Sample
from janus_reward.triple import DOMAINS, TASKS, Before, Evidence, Render, Score, Still, Triple, Verdict
from janus_reward.verdict import verdict

RUBRICS = RubricSet.load()
JUDGE = EvidenceJudge()
GOOD = {
    "code.parses": 1.0,
    "code.truncated": 0.0,
    "alignment.words_found": 0.9,
    "alignment.words_in_picture": 0.8,
    "alignment.quoted_found": 1.0,
    "alignment.quoted_in_picture": 1.0,
    "alignment.chart_type": 1.0,
    "alignment.title_asked_missing": 0.0,
    "text.title": 1.0,
    "text.overlap_share": 0.0,
    "text.axis_label_share": 1.0,
    "picture.ink_density": 0.1,
}
PNG = b"only its presence counts here"


def judged(
    signals: dict[str, float],
    *,
    outcome: str = "ok",
    instruction: str | None = "Draw a bar chart of sales",
    code: str | None = "plot()",
    domain: str | None = "chart",
    task: str | None = "generate",
    error: str | None = None,
    checklist: tuple[str, ...] = (),
) -> Verdict:
    before = Before(code="old()") if task in ("edit", "repair") else None
    triple = Triple(0, "t", instruction, code, "python", domain, task, before=before, error=error, checklist=checklist)
    shown = outcome in ("ok", "partial")
    render = Render(outcome, (Still("0" * 64, 640, 480),) if shown else ())  # type: ignore[arg-type]
    sample = Sample(triple, render, (PNG,) if shown else ())
    evidence = Evidence({**dict.fromkeys(SIGNALS), **signals})
    rubric = RUBRICS.pick(domain, task, "python")
    return verdict(sample, evidence, rubric, JUDGE.judge(sample, evidence, rubric), JUDGE)


class TestVerdict:
    def test_a_good_chart_scores_high_and_each_loss_costs(self) -> None:
        good = judged(GOOD)
        assert good.score is not None and good.score > 4
        for signal, value in [
            ("text.overlap_share", 0.5),
            ("alignment.chart_type", 0.0),
            ("alignment.title_asked_missing", 1.0),
            ("alignment.quoted_in_picture", 0.0),
            ("code.undefined_names", 3.0),
            ("code.truncated", 1.0),
        ]:
            worse = judged({**GOOD, signal: value})
            assert worse.score is not None and worse.score < good.score, signal

    def test_code_that_does_not_run_scores_low_without_a_visual_score(self) -> None:
        for outcome in ("failed", "timeout", "exceeded"):
            crashed = judged({"code.parses": 1.0, "alignment.words_found": 1.0}, outcome=outcome)
            assert crashed.criteria["visual_fidelity"].reason == "no_render"
            assert crashed.criteria["task_completion"].value == 1
            assert crashed.score is not None and crashed.score <= 1.5
            assert crashed.gates == ("did_not_run",)

    def test_code_that_stops_after_its_first_picture_is_no_full_answer(self) -> None:
        stopped = judged({**GOOD, "execution.exception": 1.0}, outcome="partial")
        assert stopped.criteria["visual_fidelity"].value is not None
        assert stopped.score is not None and stopped.score <= 2.5

    def test_a_blank_picture_is_not_shown_to_the_visual_criterion(self) -> None:
        blank = judged(GOOD, outcome="blank")
        assert blank.criteria["visual_fidelity"].reason == "no_render"
        assert blank.score is not None and blank.score <= 1.5

    def test_what_we_cannot_render_has_no_total(self) -> None:
        unseen = judged(GOOD, outcome="unsupported")
        assert (unseen.score, unseen.reason) == (None, "no_render")
        assert unseen.criteria["code_quality"].value is not None

    def test_a_picture_without_code_is_scored_without_code_quality(self) -> None:
        given = judged(GOOD, code=None)
        assert given.criteria["code_quality"].reason == "no_code"
        assert given.score is not None

    def test_without_an_instruction_there_is_nothing_to_complete(self) -> None:
        silent = judged(GOOD, instruction=" ")
        assert silent.criteria["task_completion"].reason == "not_applicable"
        assert (silent.score, silent.reason) == (None, "not_applicable")

    def test_a_bad_row_is_unscored_throughout(self) -> None:
        bad = judged(GOOD, error="row 3: not JSON", outcome="failed")
        assert {score.reason for score in bad.criteria.values()} == {"bad_input"}
        assert (bad.score, bad.reason, bad.gates) == (None, "bad_input", ())

    def test_text_only_code_needs_no_picture(self) -> None:
        verdict = judged({"code.parses": 1.0, "alignment.words_found": 0.8}, domain="algorithm", outcome="not_needed")
        assert "visual_fidelity" not in verdict.criteria
        assert verdict.score is not None

    def test_checks_are_answered_from_facts_and_the_rest_stays_open(self) -> None:
        checks = {check.id: check.answer for check in judged(GOOD, checklist=("Is the title blue?",)).checks}
        assert checks["task_completion.title"] is True
        assert checks["task_relevance.kind"] is True
        assert checks["code_quality.defined"] is None
        assert checks["checklist.1"] is None

    def test_the_rationale_names_what_moved_the_score_most(self) -> None:
        words = judged({**GOOD, "text.overlap_share": 0.5}).criteria["visual_fidelity"].rationale
        assert words is not None
        moves = [float(move) for move in re.findall(r"=\S+: ([+-]\d\.\d\d)", words)]
        assert 2 <= len(moves) <= 4
        assert moves == sorted(moves, key=lambda move: -abs(move))
        assert "; text.overlap_share=0.5: -" in words and moves[0] < 0

    def test_confidence_follows_how_much_was_measured(self) -> None:
        full, sparse = (
            judged(GOOD),
            judged({"alignment.words_found": 0.9, "picture.ink_density": 0.1, "code.parses": 1.0}),
        )
        assert full.confidence is not None and sparse.confidence is not None
        assert sparse.confidence < full.confidence <= 1

    def test_nothing_measured_is_unscored_and_not_average(self) -> None:
        assert judged({}).score is None

    def test_an_edit_that_changes_nothing_is_capped(self) -> None:
        same = judged({**GOOD, "change.code_change_share": 0.0, "change.picture_changed": 0.0}, task="edit")
        assert same.criteria["instruction_adherence"].value == 1
        assert same.score is not None and same.score <= 2


SIGNAL_VALUES = st.dictionaries(st.sampled_from(sorted(SIGNALS)), st.floats(0, 1e6, allow_nan=False), max_size=40)


@given(SIGNAL_VALUES, st.sampled_from(DOMAINS), st.sampled_from(TASKS), st.sampled_from(["ok", "failed", "partial"]))
def test_every_score_is_on_the_scale_or_has_a_reason(
    signals: dict[str, float], domain: str, task: str, outcome: str
) -> None:
    found = judged(signals, domain=domain, task=task, outcome=outcome)
    for score in found.criteria.values():
        assert (score.value is None) != (score.reason is None)
        assert score.value is None or (1 <= score.value <= 5 and 0 <= (score.confidence or 0) <= 1)


@pytest.mark.parametrize("signal", ["code.chars", "code.lines", "code.comment_share", "code.docstring_share"])
def test_length_comments_and_docstrings_move_no_score(signal: str) -> None:
    assert [score.value for score in judged({**GOOD, signal: 0.0}).criteria.values()] == [
        score.value for score in judged({**GOOD, signal: 1e5}).criteria.values()
    ]


@given(st.floats(-20, 20), st.floats(1e-3, 10))
def test_the_scale_is_never_left_and_never_reversed(value: float, step: float) -> None:
    assert 1 <= squash(value) <= squash(value + step) <= 5
    if 1.75 <= value <= 4.25:
        assert squash(value) == value


def test_an_unknown_judge_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="unknown judge 'oracle'") as refused:
        judge_named("oracle")
    assert "evidence" in str(refused.value)
    assert judge_named("evidence").revision == JUDGE.revision


CELL = {"criterion": "code_quality", "base": 3, "signals": {"code.parses": [[0, -1], [1, 1]]}}


def written(path: Path, *cells: dict[str, object]) -> Path:
    path.write_text(json.dumps({"revision": "mine", "cells": cells or [CELL]}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"signals": {"code.parsed": [[0, -1], [1, 1]]}}, r"w\.json: cells\.0\.signals.*unknown signal 'code\.parsed'"),
        ({"signals": {"code.parses": [[1, 1], [0, 1]]}}, r"must increase"),
        ({"signals": {"code.parses": [[1, 1]]}}, r"at least 2"),
        ({"base": 9}, r"cells\.0\.base: .*less than or equal to 5"),
        ({"bias": 3}, r"cells\.0\.bias: "),
    ],
)
def test_a_mistake_in_a_weights_file_is_refused_with_its_place(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_weights(written(tmp_path / "w.json", {**CELL, **change}))


def test_a_weights_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_text("{" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match=r"w\.json"):
        load_weights(path)


def test_the_first_cell_that_fits_a_triple_is_used(tmp_path: Path) -> None:
    special = {**CELL, "domains": ["chart"], "tasks": ["edit"], "base": 4}
    weights = load_weights(written(tmp_path / "w.json", special, CELL))
    edit, other = weights.cell("code_quality", "chart", "edit"), weights.cell("code_quality", "svg", "edit")
    assert edit is not None and edit.base == 4
    assert other is not None and other.base == 3
    assert weights.cell("task_relevance", "chart", "edit") is None


def test_other_weights_are_another_revision(tmp_path: Path) -> None:
    first = EvidenceJudge(written(tmp_path / "w.json")).revision
    second = EvidenceJudge(written(tmp_path / "w.json", {**CELL, "base": 4})).revision
    assert len({first, second, JUDGE.revision}) == 3


def test_a_calibrated_cell_gives_an_interval_and_abstains_where_it_says_nothing(tmp_path: Path) -> None:
    sure = {"knots": [[1, 1.5], [5, 4.5]], "half_width": 0.5, "n": 100}
    triple = Triple(0, "t", "Draw", "plot()", "python", "algorithm", "generate")
    sample = Sample(triple, Render("not_needed"))
    rubric = RUBRICS.pick("algorithm", "generate", "python")
    evidence = Evidence({**dict.fromkeys(SIGNALS), "code.parses": 1.0})

    def score(calibration: dict[str, object]) -> Score:
        judge = EvidenceJudge(written(tmp_path / "w.json", {**CELL, "calibration": calibration}))
        return judge.judge(sample, evidence, rubric).scores["code_quality"]

    narrow, wide = score(sure), score({**sure, "half_width": 3.0})
    assert narrow.value == 3.75 and narrow.interval == (3.25, 4.25)
    assert (wide.value, wide.reason) == (None, "disagreement")
