"""Two works compared in both orders: what flips with the order is no preference."""

import json

import pytest

from janus_reward.errors import InputError
from janus_reward.judges import judge_named
from janus_reward.judges.file import read_judge_file
from janus_reward.judges.pairwise import Entrant, PairJudge
from janus_reward.ledger import Ledger
from janus_reward.rubric import RubricSet
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Render, Triple
from tests.judges.endpoint import Endpoint, by_schema, texts
from tests.judges.test_model_judge import write_judge

RUBRIC = RubricSet.load().rubrics["code-generate"]


def entrant(code):
    triple = Triple(
        row=0, id="x", instruction="Add two numbers", code=code, language="python", domain="algorithm", task="generate"
    )
    return Entrant(Sample(triple, Render("not_needed")), Evidence({}))


GOOD, BAD = entrant("def add(a, b):\n    return a + b\n"), entrant("def add(a, b):\n    pass\n")


def by_place(place):
    return lambda request: (
        json.dumps({"reason": "x", "better": place}) if "Criterion:" in texts(request) else by_schema(request)
    )


def by_work(request):
    """Prefers the one that returns something, wherever it stands."""
    if "Criterion:" not in texts(request):
        return by_schema(request)
    first = texts(request).split("The second work:")[0]
    return json.dumps({"reason": "it returns", "better": "first" if "return a" in first else "second"})


@pytest.fixture
def endpoint():
    server = Endpoint()
    yield server
    server.close()


@pytest.fixture
def file(endpoint, tmp_path):
    return read_judge_file(write_judge(tmp_path / "j.yaml", endpoint.url, vision=False))


def test_a_preference_that_survives_the_swap_counts_whichever_is_named_first(endpoint, file):
    endpoint.answer = by_work
    judge = PairJudge(file)
    assert judge.compare(GOOD, BAD, RUBRIC).better == "a"
    assert judge.compare(BAD, GOOD, RUBRIC).better == "b"


@pytest.mark.parametrize("place", ["first", "second"])
def test_a_preference_for_a_place_is_no_preference(endpoint, file, place):
    endpoint.answer = by_place(place)
    found = PairJudge(file).compare(GOOD, BAD, RUBRIC)
    assert found.better is None
    assert {choice.reason for choice in found.choices.values()} == {"disagreement"}


def test_no_difference_is_an_answer_and_an_unreadable_reply_is_a_reason(endpoint, file):
    endpoint.answer = by_place("same")
    assert PairJudge(file).compare(GOOD, BAD, RUBRIC).better == "same"
    endpoint.answer = by_place("both")
    found = PairJudge(file).compare(GOOD, BAD, RUBRIC)
    assert {choice.reason for choice in found.choices.values()} == {"unparsable"}


def test_the_same_pair_the_other_way_round_costs_no_call(endpoint, file, tmp_path):
    endpoint.answer = by_work
    judge = PairJudge(file, Ledger(tmp_path / "ledger.sqlite"))
    judge.compare(GOOD, BAD, RUBRIC)
    calls = len(endpoint.requests)
    judge.compare(BAD, GOOD, RUBRIC)
    assert len(endpoint.requests) == calls


def test_a_run_does_not_take_a_judge_that_scores_nothing(endpoint, tmp_path):
    judge = write_judge(tmp_path / "p.yaml", endpoint.url, mode={"name": "pairwise"})
    with pytest.raises(InputError, match="scores none"):
        judge_named(str(judge))
