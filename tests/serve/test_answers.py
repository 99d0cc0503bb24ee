"""What a user of the service gets: the same scores as from the library, pictures, comparisons, duplicates."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest

import janus_reward as jr
from janus_reward.serve import AsyncClient, ServiceError
from tests.serve.conftest import CIRCLE, circle, png

pytestmark = pytest.mark.e2e


def test_the_verdict_is_that_of_the_library(client):
    record = {**circle(33), "render": png()}
    served = client.score(record, include=["evidence", "rationales", "checks"])
    with jr.Scorer() as scorer:
        here = scorer.score(record)
    assert served.score == here.score
    assert {name: one.score for name, one in served.criteria.items()} == {
        name: one.score for name, one in here.criteria.items()
    }
    assert served.evidence == dict(here.evidence.signals)
    assert (served.judge, served.rubric, served.rubric_sha256) == (here.judge, here.rubric, here.rubric_sha256)
    assert client.picture(served.render_sha256) == png()


def test_a_batch_comes_back_in_order_and_a_bad_triple_takes_none_along(client):
    batch = [{**circle(20 + at), "id": f"t{at}"} for at in range(6)]
    batch[3] = {"id": "t3"}
    verdicts = client.score_batch(batch)
    assert [verdict.id for verdict in verdicts] == [f"t{at}" for at in range(6)]
    assert verdicts[3].score is None
    assert verdicts[3].reason == "bad_input"
    assert "nothing to judge" in verdicts[3].error
    assert all(verdict.score for verdict in verdicts if verdict.id != "t3")


def test_pictures_can_be_uploaded_beside_the_request(service):
    asked = {"triple": {"instruction": "A red square", "render": "upload:shot"}}
    answer = service.post(
        "/v1/score", data={"request": json.dumps(asked)}, files={"shot": ("a.png", png(90), "image/png")}
    )
    assert answer.status_code == 200
    (verdict,) = answer.json()["verdicts"]
    assert verdict["outcome"] == "ok"
    missing = service.post("/v1/score", data={"request": json.dumps(asked)}, files={"other": ("a.png", png())})
    assert missing.status_code == 422


def test_code_is_drawn(client):
    drawn = client.render(CIRCLE.format(12), "svg")
    assert drawn.outcome == "ok"
    (still,) = drawn.stills
    assert base64.b64decode(still.png).startswith(b"\x89PNG")
    assert client.render("this is no svg", "svg").outcome == "failed"


def test_of_two_answers_the_better_is_preferred_and_one_without_a_score_is_not_compared(client):
    good, bad = circle(), {**circle(), "code": CIRCLE.format(40).replace("circle ", "line ").replace("red", "blue")}
    told = client.compare(good, bad)
    assert told.difference == pytest.approx((told.a.score or 0) - (told.b.score or 0)) if told.b.score else True
    assert client.compare(good, good).preferred == "tie"
    nothing = client.compare(good, {"id": "x", "instruction": "Draw an SVG: a red circle"})
    assert nothing.preferred is None
    assert nothing.reason.startswith("b: ")


def test_a_triple_that_was_added_is_found_again(client):
    words = " ".join(f"word{at} = value{at};" for at in range(80))
    first, other = {"id": "one", "code": words, "language": "javascript"}, {"id": "two", "code": words + " more = 1;"}
    assert not client.dedup([first], add=True).matches[0].duplicate
    (match,) = client.dedup([{**other, "language": "javascript"}]).matches
    assert match.duplicate
    assert match.of == "one"
    assert match.similarity > 0.8
    assert client.dedup([{"id": "three", "code": "print('something else entirely, nothing shared')"}]).documents == 1


def test_trainers_get_rewards_and_null_where_there_is_no_score(client, service):
    fenced = f"Here it is:\n```svg\n{CIRCLE.format(40)}\n```"
    asked = {
        "prompts": ["Draw an SVG: a red circle"] * 2,
        "completions": [[{"role": "assistant", "content": fenced}], ""],
    }
    told = client.rewards(asked["prompts"], asked["completions"], domain=["svg", "svg"], unrelated=[1, 2])
    score = client.score(instruction="Draw an SVG: a red circle", code=fenced, domain="svg").score
    assert told.rewards[0] == score
    assert told.rewards[1] is None
    assert told.reasons[1] is not None
    scaled = service.post("/v1/rewards?scale=0-1&unscored=0", json={**asked, "domain": ["svg", "svg"]}).json()
    assert scaled["rewards"] == [pytest.approx((score - 1) / 4), 0.0]
    query = {"query": ["Draw an SVG: a red circle\n" + fenced], "prompts": ["Draw an SVG: a red circle\n"]}
    assert len(service.post("/get_reward", json=query).json()["rewards"]) == 1


def test_chat_completions_give_the_score_as_the_answer(service):
    messages = [
        {"role": "system", "content": "You are a coder."},
        {"role": "user", "content": "Draw an SVG: a red circle"},
        {"role": "assistant", "content": f"```svg\n{CIRCLE.format(40)}\n```"},
    ]
    plain = service.post("/v1/chat/completions", json={"model": "m", "messages": messages, "temperature": 0}).json()
    assert 1 <= float(plain["choices"][0]["message"]["content"]) <= 5
    asked = {"messages": messages, "response_format": {"type": "json_object"}}
    told = json.loads(service.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]["content"])
    assert told["score"] == pytest.approx(float(plain["choices"][0]["message"]["content"]), abs=1e-4)
    refused = service.post("/v1/chat/completions", json={"messages": messages[:2]})
    assert refused.status_code == 422


def test_the_asynchronous_client_gives_the_same(client, service):
    async def ask():
        async with AsyncClient(service.url) as other:
            one = await other.score(circle(25))
            many = [verdict async for verdict in other.score_many((circle(25) for _ in range(5)), batch=2)]
            return one, many

    one, many = asyncio.run(ask())
    assert one.score == client.score(circle(25)).score
    assert [verdict.score for verdict in many] == [one.score] * 5


def test_rubrics_judges_and_openapi_tell_what_there_is(service):
    names = [one["name"] for one in service.get("/v1/rubrics").json()]
    assert "chart-generate" in names
    assert service.get("/v1/rubrics/chart-generate").json()["criteria"]
    assert service.get("/v1/judges").json()["serving"]["judge"] == "evidence"
    assert service.get("/v1/models").json()["data"][0]["id"] == "evidence"
    schema = service.get("/openapi.json").json()
    body = schema["paths"]["/v1/score"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json", "multipart/form-data"}
    assert body["application/json"]["examples"]


def test_metrics_and_page_hold_numbers_and_nothing_of_the_data(client, service):
    client.score(instruction="A very SECRET instruction", code=CIRCLE.format(9))
    text = service.get("/metrics").text
    assert "janus_triples_total{" in text
    assert 'route="/v1/score"' in text
    page = service.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for told in (text, json.dumps(service.status()), service.log.read_text()):
        assert "SECRET" not in told


def test_a_client_without_a_service_says_so():
    from janus_reward.serve import Client

    with Client("http://127.0.0.1:9", retries=0) as nobody, pytest.raises(ServiceError, match="cannot be reached"):
        nobody.score(circle())
