"""What a teacher's run teaches: every reply is one that the student's own mode reads, and reads to the same verdict."""

import json

import pytest

from janus_reward.judges.engine.base import Reply
from janus_reward.judges.modes import mode_of
from janus_reward.judges.modes.base import Ask
from janus_reward.judges.modes.checklist import value_of
from janus_reward.judges.modes.settings import ModeSettings
from janus_reward.judges.prompting import TextRule
from janus_reward.rubric import RubricSet
from janus_reward.train.verdict_replies import _flaws, lessons
from tests.train.corpus import scored

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    run, _ = scored(tmp_path_factory.mktemp("teacher"))
    return run, list(lessons(run, "checklist", RubricSet.load(None), TextRule(), negatives=0.5))


def score(lesson):
    ids = tuple(name for name in json.loads(lesson.reply) if name != "reason")
    answers = mode_of(ModeSettings(name="checklist")).read(Ask(("c",), "both", ids), Reply(lesson.reply))
    return value_of(answers.given, answers.reason).value


def test_every_reply_is_readable_and_negatives_get_the_lowest_score(taught):
    negatives = [lesson for lesson in taught[1] if "#" in lesson.id]
    assert {lesson.id.rpartition("#")[2] for lesson in negatives} == {"empty", "cut"}
    assert {score(lesson) for lesson in negatives} == {1.0}
    assert len(taught[1]) > 3 * len(negatives) / 2


def test_replies_carry_the_teachers_order(taught):
    good = [score(lesson) for lesson in taught[1] if lesson.id == "red-circle"]
    empty = [score(lesson) for lesson in taught[1] if lesson.id == "red-circle~svg.empty"]
    assert sum(good) / len(good) > sum(empty) / len(empty)


def test_prompts_fence_the_work_and_name_the_criterion(taught):
    system, user = taught[1][0].messages
    assert system["role"] == "system" and "How to answer" in system["content"]
    assert "⟦" in user["content"] and "red circle" in user["content"]


def test_a_list_of_flaws_comes_back_as_it_was_said():
    said = "content 2 at the title: it is missing; layout 1 at the legend: it covers a bar"
    assert _flaws("no discrepancy") == '{"discrepancies": []}'
    assert '"severity": 2' in _flaws(said) and '"location": "the legend"' in _flaws(said)
    assert _flaws("base 4.00; picture.ink=0.1: +0.2") is None
