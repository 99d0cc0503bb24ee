"""No reply, however odd, becomes a wrong score."""

import json
import math

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from janus_reward.judges.engine.base import Reply, Token
from janus_reward.judges.modes import mode_of
from janus_reward.judges.modes.base import Ask, Unreadable
from janus_reward.judges.modes.checklist import STEPS, contradicts, value_of
from janus_reward.judges.modes.settings import ModeSettings
from janus_reward.rubric import RubricSet

RUBRIC = RubricSet.load().rubrics["chart-generate"]
IDS = ("title", *STEPS)
CHECKLIST, DISCREPANCIES, REFERENCE = (
    mode_of(ModeSettings(name=n)) for n in ("checklist", "discrepancies", "reference")
)
LIKERT = mode_of(ModeSettings(name="likert"))
GOOD = json.dumps({"reason": "x"} | dict.fromkeys(IDS, "yes"))
ASK = Ask(("task_completion",), "both", IDS)
NUMBERS = Ask(("a", "b"), "both", ("a", "b"))

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the reader."""

odd_text = st.one_of(
    st.text(max_size=300),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["reason", *IDS, "x"]), inner),
        max_leaves=20,
    ).map(lambda value: json.dumps(value)),
    st.dictionaries(
        st.sampled_from(["reason", *IDS]), st.sampled_from(["yes", "no", "unsure", "YES", "maybe", 1, True, None])
    ).map(json.dumps),
)


@settings(unhurried, max_examples=300)
@given(odd_text)
@example(GOOD + GOOD)
@example(GOOD.replace('"yes"', '"yes ", "title": "no"', 1))
@example("[" * 100_000)
@example('{"reason": ' + "9" * 5000 + "}")
@example("NaN")
@example('{"reason": "x", "title": "yes"}')
@example("I gave it yes on everything: " + GOOD)
def test_a_checklist_reply_is_exactly_the_object_asked_for_or_nothing(text):
    try:
        answers = CHECKLIST.read(ASK, Reply(text))
    except Unreadable as unreadable:
        assert unreadable.reason in ("unparsable", "refused")
        return
    said = json.loads(text.strip().removeprefix("```json").removesuffix("```"))
    assert set(said) == {"reason", *IDS}
    assert {name: {"yes": True, "no": False, "unsure": None}[said[name]] for name in IDS} == answers.given


@unhurried
@given(odd_text)
def test_reference_and_discrepancy_replies_are_whole_or_nothing(text):
    for mode, ask in ((REFERENCE, NUMBERS), (DISCREPANCIES, Ask(("a",), "both"))):
        try:
            mode.read(ask, Reply(text))
        except Unreadable:
            continue
        assert isinstance(json.loads(text), dict)


@pytest.mark.parametrize("value", ["4", 4.0, 6, 0, True, None, [4], -3])
def test_a_reference_score_that_is_no_whole_number_on_the_scale_is_no_score(value):
    with pytest.raises(Unreadable):
        REFERENCE.read(NUMBERS, Reply(json.dumps({"reason": "", "a": value, "b": 3})))
    assert REFERENCE.read(NUMBERS, Reply('{"reason": "", "a": 4, "b": 3}'))["a"] == 4


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply("I'm sorry, but I can't help with that."), "refused"),
        (Reply("As an AI I do not grade."), "refused"),
        (Reply("anything", finish="refused"), "refused"),
        (Reply('{"reason": "the chart', finish="length"), "truncated"),
        (Reply("<think>so many thoughts", finish="length"), "truncated"),
        (Reply(""), "unparsable"),
        (Reply("Level 5, obviously."), "unparsable"),
    ],
)
def test_why_there_is_no_answer_is_told(reply, reason):
    with pytest.raises(Unreadable) as caught:
        CHECKLIST.read(ASK, reply)
    assert caught.value.reason == reason


def test_a_code_fence_and_a_closed_thought_are_allowed():
    assert CHECKLIST.read(ASK, Reply(f"```json\n{GOOD}\n```")).given["title"] is True
    assert CHECKLIST.read(ASK, Reply(f"<think>hm {{}}</think>\n{GOOD}")).given["title"] is True


def likert(options, text="4", stated=False, **settings):
    mode = mode_of(ModeSettings(name="likert", stated_digit=stated, **settings))
    criteria = [RUBRIC.questions["task_completion"]]
    ask = mode.asks(criteria, ())[0]
    token = Token(text, tuple((word, math.log(p)) for word, p in options.items()))
    rating = mode.read(ask, Reply(text, tokens=(token,) if options else ()))
    return mode.judged(criteria, [(ask, rating)]).scores["task_completion"]


def test_likert_is_the_mean_over_the_digits_and_counts_variants_of_a_digit_together():
    score = likert({"4": 0.4, " 4": 0.1, "2": 0.25, "five": 0.25})
    assert score.value == pytest.approx((4 * 0.5 + 2 * 0.25) / 0.75, abs=1e-4)
    assert score.confidence == pytest.approx(0.75)
    assert score.interval == (2.0, 4.0)


def test_likert_without_mass_on_the_scale_has_a_reason_and_no_value():
    score = likert({"4": 0.1, "The": 0.9})
    assert (score.value, score.reason) == (None, "unparsable")


def test_likert_without_log_probabilities_takes_the_digit_only_where_the_file_says_so():
    with pytest.raises(Unreadable):
        likert({})
    assert likert({}, stated=True).value == 4.0


@unhurried
@given(st.text(max_size=12))
@example(".5")
@example("4.5")
@example("-5")
@example("50")
@example("5/5")
@example("⁵")
@example("٥")
@example("1\r")
def test_only_a_bare_digit_is_a_rating(text):
    try:
        score = likert({}, text=text, stated=True)
    except Unreadable:
        return
    bare = text.strip(" \t\r\n\"'*_`.▁Ġ")
    assert bare in {"1", "2", "3", "4", "5"}
    assert not text.lstrip(" \t\r\n\"'*_`▁Ġ").startswith(".")
    assert score.value == float(bare)


def test_the_score_of_a_checklist_weighs_checks_and_steps_alike():
    steps = dict(zip(STEPS, (True, True, True, False), strict=True))
    assert value_of({"title": False, "legend": True, **steps}, "").value == 1 + 4 * (0.5 + 0.75) / 2
    assert value_of({"title": None, **steps}, "").value == 1 + 4 * 0.75


def test_a_judge_that_is_unsure_of_most_gives_no_score():
    unsure = dict.fromkeys(STEPS, None)
    assert value_of({"title": True, **unsure}, "").reason == "disagreement"


@unhurried
@given(st.dictionaries(st.sampled_from(["title", "legend", *STEPS]), st.sampled_from([True, False, None]), min_size=1))
def test_a_checklist_score_stays_on_the_scale_and_never_falls_by_a_better_answer(given):
    score = value_of(given, "")
    if score.value is None:
        return
    assert 1 <= score.value <= 5
    for name, answer in given.items():
        if answer is False:
            better = value_of({**given, name: True}, "").value
            assert better is not None
            assert better >= score.value


def test_contradictions_are_seen():
    good = dict.fromkeys(STEPS, True)
    assert contradicts({**good, "at_least_3": False}, "fine")
    assert contradicts(good, "The title is missing.")
    assert contradicts(dict.fromkeys(STEPS, False), "Everything is exactly as asked.")
    assert not contradicts(good, "All bars and the title are drawn as asked.")


def test_discrepancies_cost_by_severity():
    flaw = {"category": "text", "location": "top", "description": "no title", "severity": 2}
    criteria = [RUBRIC.questions["task_completion"]]
    ask = DISCREPANCIES.asks(criteria, ())[0]
    for flaws, value in (([], 5.0), ([flaw], 3.75), ([flaw] * 9, 1.0)):
        answer = DISCREPANCIES.read(ask, Reply(json.dumps({"discrepancies": flaws})))
        assert DISCREPANCIES.judged(criteria, [(ask, answer)]).scores["task_completion"].value == value
    with pytest.raises(Unreadable):
        DISCREPANCIES.read(ask, Reply(json.dumps({"discrepancies": [{**flaw, "severity": True}]})))
