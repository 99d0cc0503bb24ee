"""A judge that asks an endpoint: in a process of its own, many triples at once, the library's verdicts."""

from __future__ import annotations

import json
import os
import signal

import pytest

from janus_reward.serve import Client
from tests.judges.endpoint import Endpoint, by_schema, texts
from tests.serve.conftest import Service, circle

pytestmark = pytest.mark.e2e

JUDGE = "judge: model\nengine: chat\nmodel: fake\nrevision: '1'\nvision: true\nmode: {{name: checklist}}\nchat: {{endpoint: '{}', in_flight: 8}}\n"


def test_a_judge_that_waits_judges_many_at_once_and_survives_its_own_death(tmp_path):
    endpoint = Endpoint(delay_s=0.02)
    file = tmp_path / "judge.yaml"
    file.write_text(JUDGE.format(endpoint.url))
    service = Service(tmp_path, "--workers", "1", "--judge", str(file)).until_ready()
    try:
        with Client(service.url, retries=12) as client:
            first = client.score_batch([{**circle(at + 5), "id": f"t{at}"} for at in range(6)])
            assert service.get("/v1/judges").json()["serving"]["waits"]
            asked = len(endpoint.requests)
            (judge,) = service.status()["workers"]["judge"]
            os.kill(judge, signal.SIGKILL)
            again = client.score_batch([{**circle(at + 5), "id": f"t{at}"} for at in range(6)])
        assert [verdict.id for verdict in first] == [f"t{at}" for at in range(6)]
        assert all(verdict.score is not None and verdict.tokens_in > 0 for verdict in first)
        assert [verdict.score for verdict in again] == [verdict.score for verdict in first]
        paid_again = [body for _, body in endpoint.requests[asked:] if "Criterion:" in str(body)]
        assert not paid_again, "the ledger answers what was asked before"
    finally:
        service.end()
        endpoint.close()


def by_radius(request):
    """Prefers the larger circle, wherever it stands."""
    told = texts(request)
    if "Criterion:" not in told:
        return by_schema(request)
    first = told.split("The second work:")[0]
    return json.dumps({"reason": "it is larger", "better": "first" if 'r="40"' in first else "second"})


def test_a_model_compares_two_answers_in_both_orders(tmp_path):
    endpoint = Endpoint()
    file = tmp_path / "pairs.yaml"
    file.write_text(JUDGE.format(endpoint.url))
    service = Service(tmp_path, "--workers", "1", "--compare", str(file)).until_ready()
    try:
        with Client(service.url) as client:
            endpoint.answer = by_radius
            told = client.compare(circle(20), circle(40))
            assert (told.preferred, told.reason) == ("b", None)
            choices = told.pairwise.criteria
            assert choices["task_completion"].better == choices["code_quality"].better == "b"
            assert choices["visual_fidelity"].reason == "disagreement", "it is not shown the code"
            assert told.a.judge == "evidence" and told.pairwise.tokens_in > 0
            endpoint.answer = lambda request: (
                json.dumps({"reason": "x", "better": "first"}) if "Criterion:" in texts(request) else by_schema(request)
            )
            flipped = client.compare(circle(21), circle(41))
            assert (flipped.preferred, flipped.reason) == (None, "disagreement")
    finally:
        service.end()
        endpoint.close()


def test_a_judge_that_compares_nothing_is_refused_at_the_start(tmp_path):
    file = tmp_path / "judge.yaml"
    file.write_text("judge: evidence\n")
    with pytest.raises(AssertionError, match="compares no pairs"):
        Service(tmp_path, "--workers", "1", "--compare", str(file)).until_ready()
