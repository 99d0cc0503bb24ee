"""Rubrics: what a person who writes one, or reads a total, relies on."""

from __future__ import annotations

import pickle
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.criterion import Condition
from janus_reward.errors import InputError, RubricError
from janus_reward.evidence import SIGNALS
from janus_reward.rubric import Rubric, RubricSet
from janus_reward.triple import DOMAINS, OUTCOMES, TASKS, TEXT_DOMAINS, Evidence, Score

BUILT_IN = RubricSet.load()

PLAIN = """\
title: A rubric of our own
domains: [chart]
task: generate
criteria:
  task_completion:
    question: Is it all there?
    weight: 2
    needs: [instruction]
    levels:
      1: Nothing is there.
      2: Little is there.
      3: Half is there.
      4: Most is there.
      5: All is there.
    checks:
      title:
        question: Is there a title?
        evidence: {signal: text.title, above: 0.5}
gates:
  crashed:
    why: It did not run.
    when: {outcome: [failed]}
    cap: {task_completion: 1, total: 1.5}
"""


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


class TestBuiltIn:
    def test_there_is_one_for_every_domain_and_task(self) -> None:
        for domain in (None, *DOMAINS):
            for task in (None, *TASKS):
                rubric = BUILT_IN.pick(domain, task, None)
                assert not rubric.domains or domain in rubric.domains or rubric.domains == ("algorithm", "symbolic")
                if domain not in TEXT_DOMAINS:
                    assert rubric.task == (task or "generate")

    @pytest.mark.parametrize(
        ("domain", "task", "name"),
        [
            ("chart", "repair", "chart-repair"),
            ("webui", "reproduce", "webui-reproduce"),
            ("artifact", "generate", "demo-generate"),
            ("animation", "repair", "general-repair"),
            ("symbolic", "generate", "code-generate"),
            ("symbolic", "reproduce", "code-generate"),
            (None, None, "general-generate"),
        ],
    )
    def test_the_closest_one_is_picked(self, domain: str | None, task: str | None, name: str) -> None:
        assert BUILT_IN.pick(domain, task, None).name == name

    def test_the_language_tells_a_missing_domain(self) -> None:
        assert BUILT_IN.pick(None, "edit", "svg").name == "svg-edit"

    def test_edits_ask_for_adherence_and_preservation_and_others_do_not(self) -> None:
        for rubric in BUILT_IN.rubrics.values():
            asks = {"instruction_adherence", "preservation"} & set(rubric.weights)
            assert len(asks) == (2 if rubric.task in ("edit", "repair") else 0), rubric.name

    def test_every_level_of_every_criterion_says_something_of_its_own(self) -> None:
        for rubric in BUILT_IN.rubrics.values():
            for criterion in rubric.criteria:
                assert len(set(criterion.levels.values())) == 5, (rubric.name, criterion.name)
                assert criterion.question.endswith("?")

    def test_visual_questions_need_a_picture_and_text_domains_have_none(self) -> None:
        for rubric in BUILT_IN.rubrics.values():
            visual = [criterion for criterion in rubric.criteria if criterion.visual]
            assert all("picture" in criterion.needs for criterion in visual)
            assert bool(visual) != ("algorithm" in rubric.domains), rubric.name

    def test_a_missing_title_and_a_crash_cap_a_chart(self) -> None:
        rubric = BUILT_IN.pick("chart", "generate", "python")
        missing = rubric.fired(Evidence({"alignment.title_asked_missing": 1.0}), "ok")
        crashed = rubric.fired(Evidence({}), "failed")
        assert rubric.capped(_scores(rubric, 5), missing)["task_completion"].value == 2
        assert rubric.capped(_scores(rubric, 5), crashed)["task_completion"].value == 1
        assert rubric.total(_scores(rubric, 5), crashed).value == 1.5

    def test_a_set_survives_pickling_with_its_hash(self) -> None:
        assert pickle.loads(pickle.dumps(BUILT_IN)).sha256 == BUILT_IN.sha256


def test_a_nearly_empty_page_that_begs_is_as_good_as_empty() -> None:
    rubric = BUILT_IN.pick("webui", "generate", None)
    bare = {"picture.ink_density": 0.004, "text.grader_passages": 1.0}
    assert "begs" in rubric.fired(Evidence(bare), "ok")
    assert "begs" not in rubric.fired(Evidence(bare | {"text.grader_passages": 0.0}), "ok")
    assert "begs" not in rubric.fired(Evidence(bare | {"picture.ink_density": 0.2}), "ok")


class TestOwnFolder:
    def test_a_rubric_of_ones_own_is_picked_for_its_domain_and_task(self, tmp_path: Path) -> None:
        rubrics = RubricSet.load(write(tmp_path, PLAIN))
        assert rubrics.pick("chart", "generate", None).name == "mine"
        assert rubrics.pick("chart", "edit", None).name == "chart-edit"
        assert rubrics.sha256 != BUILT_IN.sha256

    def test_a_file_may_extend_the_built_in_one_of_its_own_name(self, tmp_path: Path) -> None:
        own = """\
            extends: chart-generate
            criteria: {code_quality: {weight: 9}, task_relevance: null}
            gates: {wrong_type: null}
            """
        rubrics = RubricSet.load(write(tmp_path, own, "chart-generate.yaml"))
        rubric = rubrics.pick("chart", "generate", None)
        assert rubric.weights == {"task_completion": 1.5, "visual_fidelity": 1, "code_quality": 9}
        assert "title_missing" in rubric.gates
        assert rubrics.pick("chart", "edit", None).sha256 == BUILT_IN.pick("chart", "edit", None).sha256
        assert rubric.questions["code_quality"].levels[1] != rubric.questions["code_quality"].levels[5]

    def test_the_hash_follows_the_content_and_not_the_wording_of_the_yaml(self, tmp_path: Path) -> None:
        first = RubricSet.load(write(tmp_path / "a", PLAIN)).pick("chart", "generate", None)
        remark = RubricSet.load(write(tmp_path / "b", "# a remark\n\n" + PLAIN)).pick("chart", "generate", None)
        other = RubricSet.load(write(tmp_path / "c", PLAIN.replace("Half", "A half"))).pick("chart", "generate", None)
        assert first.sha256 == remark.sha256 != other.sha256

    def test_a_folder_that_is_none_or_holds_none_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no such folder"):
            RubricSet.load(tmp_path / "absent")
        with pytest.raises(InputError, match="holds no"):
            RubricSet.load(tmp_path)

    def test_two_files_for_the_same_domain_and_task_are_refused(self, tmp_path: Path) -> None:
        write(tmp_path, PLAIN, "one.yaml")
        with pytest.raises(RubricError, match=r"two\.yaml:2: .*one is already the rubric for chart generate"):
            RubricSet.load(write(tmp_path, PLAIN, "two.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weight: 2", "wieght: 2", r"mine\.yaml:7: .*unknown key 'wieght'"),
        ("    weight: 2\n", "", r"mine\.yaml:5: .*'weight' is missing"),
        ("weight: 2", "weight: 0", r"mine\.yaml:7: .*greater than 0"),
        ("weight: 2", "weight: .nan", r"mine\.yaml:7: "),
        ("weight: 2", "weight: heavy", r"mine\.yaml:7: .*number"),
        ("5: All is there.", "6: All is there.", r"mine\.yaml:9: .*all five"),
        ("      5: All is there.\n", "", r"mine\.yaml:9: .*all five"),
        ("1: Nothing is there.", "5: Nothing is there.", r"mine\.yaml:14: 5 is there twice"),
        ("2: Little is there.\n      3: Half", "3: Little is there.\n      2: Half", r"mine\.yaml:9: .*worst to best"),
        ("needs: [instruction]", "needs: [sound]", r"mine\.yaml:8: .*unknown need 'sound'"),
        ("text.title,", "text.titel,", r"mine\.yaml:18: .*unknown signal 'text\.titel'"),
        ("above: 0.5", "abvoe: 0.5", r"mine\.yaml:18: .*(unknown key|at least one)"),
        (", above: 0.5", "", r"mine\.yaml:18: .*needs at least one of above"),
        ("{task_completion: 1,", "{completion: 1,", r"mine\.yaml:23: .*'completion', which is no criterion"),
        ("total: 1.5", "total: 0", r"mine\.yaml:23: .*greater than or equal to 1"),
        ("outcome: [failed]", "outcome: [crashed]", r"mine\.yaml:22: "),
        ("domains: [chart]", "domains: [charts]", r"mine\.yaml:2: .*unknown domain 'charts'"),
        ("task: generate", "task: make", r"mine\.yaml:3: .*unknown task 'make'"),
        ("title: A", "extends: nothing\ntitle: A", r"mine\.yaml:1: .*no rubric 'nothing'"),
        ("title: A", "extends: mine\ntitle: A", r"mine\.yaml:1: .*extends this file in turn"),
        ("title: A", "title: [A", r"mine\.yaml:\d+: not YAML"),
        (PLAIN, "- a list", r"mine\.yaml:1: the file is no mapping"),
        ("criteria:\n", "criteria: 3\nx:\n", r"mine\.yaml:4: .*must map"),
    ],
)
def test_a_mistake_is_refused_with_its_file_and_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in PLAIN
    with pytest.raises(RubricError, match=message):
        RubricSet.load(write(tmp_path, PLAIN.replace(old, new)))


def test_a_mistake_in_a_parent_is_reported_where_it_stands(tmp_path: Path) -> None:
    write(tmp_path, PLAIN.replace("weight: 2", "weight: -2"), "parent.yaml")
    with pytest.raises(RubricError, match=r"parent\.yaml:7: "):
        RubricSet.load(write(tmp_path, "extends: parent\ntask: edit\n", "child.yaml"))


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for name, last in zip("bcdefg", "abcdef", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{last}'] * 10)}]\n"
    with pytest.raises(RubricError, match="too many values"):
        RubricSet.load(write(tmp_path, bomb))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"title: \xff\xfe")
    with pytest.raises(RubricError, match="not UTF-8"):
        RubricSet.load(tmp_path)


class TestCondition:
    def test_unmeasured_signals_leave_it_open_unless_another_part_decides(self) -> None:
        low = {"signal": "text.title", "below": 1}
        high = {"signal": "text.words", "above": 5}
        measured = Evidence({"text.title": 0.0, "text.words": None})
        assert Condition.model_validate({"any": [low, high]}).holds(measured, "ok") is True
        assert Condition.model_validate({"all": [low, high]}).holds(measured, "ok") is None
        assert Condition.model_validate({"all": [high, {"outcome": ["failed"]}]}).holds(measured, "ok") is False
        assert Condition.model_validate(high).holds(measured, "ok") is None

    def test_an_unmeasured_condition_fires_no_gate(self) -> None:
        for rubric in BUILT_IN.rubrics.values():
            assert rubric.fired(Evidence(dict.fromkeys(SIGNALS)), "ok") == ()


def _scores(rubric: Rubric, value: float) -> dict[str, Score]:
    return {name: Score(float(value)) for name in rubric.weights}


RUBRICS = st.sampled_from(sorted(BUILT_IN.rubrics.values(), key=lambda rubric: rubric.name))
LEVEL = st.floats(1, 5, allow_nan=False)
REASON = st.sampled_from(["no_render", "no_code", "engine_error", "not_applicable"])


@st.composite
def scored(draw: st.DrawFn) -> tuple[Rubric, dict[str, Score], tuple[str, ...]]:
    rubric = draw(RUBRICS)
    score = st.one_of(LEVEL.map(Score), REASON.map(Score.unscored))
    scores = {name: draw(score) for name in rubric.weights}
    gates = rubric.fired(Evidence({}), draw(st.sampled_from(OUTCOMES)))
    return rubric, scores, gates


class TestTotals:
    @given(scored())
    def test_a_total_is_on_the_scale_or_has_a_reason(
        self, case: tuple[Rubric, dict[str, Score], tuple[str, ...]]
    ) -> None:
        rubric, scores, gates = case
        total = rubric.total(rubric.capped(scores, gates), gates)
        assert (total.value is None) != (total.reason is None)
        assert total.value is None or 1 <= total.value <= 5
        if all(score.value is None for score in scores.values()):
            assert total.value is None

    @given(scored(), st.data())
    def test_raising_a_criterion_never_lowers_the_total(
        self, case: tuple[Rubric, dict[str, Score], tuple[str, ...]], data: st.DataObject
    ) -> None:
        rubric, scores, gates = case
        before = rubric.total(rubric.capped(scores, gates), gates).value
        name = data.draw(st.sampled_from(sorted(scores)))
        if before is None or scores[name].value is None:
            return
        raised = {**scores, name: Score(data.draw(st.floats(scores[name].value, 5)))}
        after = rubric.total(rubric.capped(raised, gates), gates).value
        assert after is not None and after >= before - 1e-12

    @given(scored(), st.randoms(use_true_random=False))
    def test_the_order_of_criteria_does_not_matter(
        self, case: tuple[Rubric, dict[str, Score], tuple[str, ...]], random: object
    ) -> None:
        rubric, scores, gates = case
        names = list(rubric.questions)
        random.shuffle(names)  # type: ignore[attr-defined]
        shuffled = rubric.model_copy(update={"questions": {name: rubric.questions[name] for name in names}})
        there = rubric.total(rubric.capped(scores, gates), gates)
        assert shuffled.total(shuffled.capped(scores, gates), gates).value == there.value

    @given(RUBRICS, LEVEL)
    @settings(max_examples=30)
    def test_the_same_level_everywhere_is_the_total(self, rubric: Rubric, level: float) -> None:
        assert rubric.total(_scores(rubric, level), ()).value == pytest.approx(level)

    def test_what_could_not_be_looked_at_has_no_total_unless_the_render_tells(self) -> None:
        rubric = BUILT_IN.pick("chart", "generate", "python")
        scores = {**_scores(rubric, 4), "visual_fidelity": Score.unscored("no_render")}
        assert rubric.total(scores, rubric.fired(Evidence({}), "unsupported")).reason == "no_render"
        assert rubric.total(scores, rubric.fired(Evidence({}), "failed")).value == 1.5
        title = rubric.fired(Evidence({"code.truncated": 1.0}), "unsupported")
        assert rubric.total(scores, title).reason == "no_render"

    def test_a_criterion_that_may_be_missing_leaves_the_rest_to_make_the_total(self) -> None:
        rubric = BUILT_IN.pick("chart", "generate", "python")
        scores = {**_scores(rubric, 4), "code_quality": Score.unscored("no_code")}
        assert rubric.total(scores, ()).value == pytest.approx(4)

    def test_confidence_falls_with_what_is_unscored(self) -> None:
        rubric = BUILT_IN.pick("chart", "generate", "python")
        sure = {name: Score(4.0, confidence=0.8) for name in rubric.weights}
        less = {**sure, "code_quality": Score.unscored("no_code")}
        assert rubric.total(sure, ()).confidence == pytest.approx(0.8)
        assert rubric.total(less, ()).confidence == pytest.approx(0.8 * 3.5 / 4)

    def test_a_cap_moves_the_interval_and_says_so(self) -> None:
        rubric = BUILT_IN.pick("chart", "generate", "python")
        scores = _scores(rubric, 4)
        scores["task_completion"] = replace(scores["task_completion"], interval=(3.0, 4.5), rationale="well done")
        capped = rubric.capped(scores, ("wrong_type",))["task_completion"]
        assert capped.value == 2 and capped.interval == (2, 2)
        assert capped.rationale == "gate wrong_type: 4.00 capped at 2; well done"
