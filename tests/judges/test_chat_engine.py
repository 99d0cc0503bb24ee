"""The chat engine against a real socket: what it sends, what it survives, what it never does."""

import asyncio
import json

import pytest

from janus_reward.errors import InputError
from janus_reward.judges.engine.base import (
    EndpointDown,
    EndpointRefused,
    EngineFailure,
    Image,
    Message,
    Request,
)
from janus_reward.judges.engine.chat import ChatEngine, ChatSettings
from janus_reward.judges.engine.limit import AdaptiveLimit
from tests.judges.endpoint import Endpoint, FaultProxy, completion


def ask(text="hello", **settings):
    return Request((Message("user", (text,)),), **settings)


def engine(url, **settings):
    return ChatEngine(ChatSettings(endpoint=url, **{"backoff_s": 0.001, "timeout_s": 30.0, **settings}), "m")


def run(work):
    return asyncio.run(work)


async def together(made, requests):
    try:
        return await asyncio.gather(*(made.complete(request) for request in requests), return_exceptions=True)
    finally:
        await made.aclose()


@pytest.fixture
def endpoint():
    server = Endpoint()
    yield server
    server.close()


def test_temperature_seed_schema_and_pictures_are_sent_and_the_key_comes_from_the_environment(endpoint, monkeypatch):
    monkeypatch.setenv("JUDGE_KEY", "secret-key-1")
    made = engine(endpoint.url, key_env="JUDGE_KEY", extra={"seed": None, "min_p": 0.1})
    schema = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}
    image = Image(b"abc", "image/png", 1, 1)
    [reply] = run(together(made, [Request((Message("user", ("look", image)),), schema, logprobs=5, seed=7)]))
    headers, body = endpoint.requests[0]
    assert headers["authorization"] == "Bearer secret-key-1"
    assert body["temperature"] == 0.0
    assert "seed" not in body
    assert body["min_p"] == 0.1
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert body["top_logprobs"] == 5
    assert body["messages"][0]["content"][1]["image_url"]["url"] == "data:image/png;base64,YWJj"
    assert reply.tokens_in == 150
    assert json.loads(reply.text) == {"a": "x"}


def test_a_key_that_is_not_set_is_an_input_error(monkeypatch):
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(InputError, match="NO_SUCH_KEY"):
        engine("http://127.0.0.1:9/v1", key_env="NO_SUCH_KEY")


@pytest.mark.parametrize(
    "fault", [429, 500, 503, "cut", "half_json", "wrong_type", "not_chat", "reset", "stall", "slow"]
)
def test_a_fault_on_the_way_is_tried_again_and_the_reply_is_the_same(endpoint, fault):
    proxy = FaultProxy(endpoint, lambda number, request: fault if number == 0 else None)
    timeout = 2.0 if fault == "stall" else 30.0
    [reply] = run(together(engine(proxy.url, timeout_s=timeout), [ask()]))
    proxy.close()
    assert reply.text == "ready"
    assert proxy.seen[fault] == 1


@pytest.mark.parametrize(
    ("fault", "reason"), [(500, "engine_error"), ("stall", "timeout"), ("not_chat", "engine_error")]
)
def test_a_fault_that_stays_is_a_failure_with_a_reason(endpoint, fault, reason):
    proxy = FaultProxy(endpoint, lambda number, request: fault)
    [failure] = run(together(engine(proxy.url, timeout_s=2.0, retries=1), [ask()]))
    proxy.close()
    assert isinstance(failure, EngineFailure)
    assert failure.reason == reason
    assert len(proxy.requests) == 2


def test_a_request_that_the_endpoint_will_never_take_is_not_tried_again(endpoint):
    proxy = FaultProxy(endpoint, lambda number, request: 400)
    [failure] = run(together(engine(proxy.url), [ask()]))
    proxy.close()
    assert isinstance(failure, EngineFailure)
    assert len(proxy.requests) == 1


def test_a_key_that_is_not_accepted_ends_everything_and_is_not_told(endpoint, monkeypatch):
    monkeypatch.setenv("JUDGE_KEY", "secret-key-2")
    proxy = FaultProxy(endpoint, lambda number, request: 401)
    [failure] = run(together(engine(proxy.url, key_env="JUDGE_KEY"), [ask()]))
    proxy.close()
    assert isinstance(failure, EndpointRefused)
    assert "secret-key-2" not in str(failure)
    assert "JUDGE_KEY" in str(failure)


def test_an_endpoint_that_is_gone_ends_the_run_instead_of_failing_every_row():
    failures = run(together(engine("http://127.0.0.1:9/v1", retries=0), [ask(str(n)) for n in range(30)]))
    assert any(isinstance(failure, EndpointDown) for failure in failures)
    assert sum(isinstance(failure, EngineFailure) for failure in failures) < 10


def test_an_endpoint_that_was_never_there_is_told_after_few_tries():
    [failure] = run(together(engine("http://127.0.0.1:9/v1", retries=20), [ask()]))
    assert isinstance(failure, EndpointDown)
    assert "cannot be reached" in failure.message and "address" in failure.hint


def test_overload_makes_the_engine_ask_for_less_and_success_for_more():
    limit = AdaptiveLimit(most=100, start=20)

    async def story():
        sizes = [limit.size]
        async with limit.slot() as ticket:
            limit.overloaded(ticket)
            limit.overloaded(ticket)
        sizes.append(limit.size)
        for _ in range(200):
            slots = [limit.slot() for _ in range(limit.size)]
            for slot in slots:
                await slot.__aenter__()
            limit.succeeded()
            for slot in slots:
                await slot.__aexit__(None, None, None)
        sizes.append(limit.size)
        return sizes

    start, cut, grown = run(story())
    assert (start, cut) == (20, 14)
    assert cut < grown <= 100


def test_no_more_requests_are_under_way_than_allowed():
    busy = most = 0

    async def story():
        nonlocal busy, most
        limit = AdaptiveLimit(most=7)

        async def one():
            nonlocal busy, most
            async with limit.slot():
                busy += 1
                most = max(most, busy)
                try:
                    await asyncio.sleep(0)
                finally:
                    busy -= 1
                limit.succeeded()

        tasks = [asyncio.ensure_future(one()) for _ in range(100)]
        await asyncio.sleep(0)
        for task in tasks[::9]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with limit.slot():
            pass

    run(story())
    assert busy == 0
    assert most == 7


def test_a_refusal_field_and_an_unknown_finish_are_told_apart():
    made = completion("")
    made["choices"][0]["message"]["refusal"] = "No."
    server = Endpoint(lambda request: made)
    [reply] = run(together(engine(server.url), [ask()]))
    server.close()
    assert (reply.finish, reply.text) == ("refused", "No.")
