"""Workers and the web process are killed, the service is told to end: every request gets an answer."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from janus_reward.serve import Client
from tests.serve.conftest import Service, circle

pytestmark = pytest.mark.e2e


@pytest.fixture
def own(tmp_path):
    made = Service(tmp_path, "--workers", "2", "--grace", "20").until_ready()
    yield made
    made.end(signal.SIGKILL)


def test_no_request_is_lost_when_workers_and_the_web_process_are_killed_under_load(own):
    with Client(own.url, retries=12) as client, ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(client.score, circle(5 + at % 40), id=f"t{at}") for at in range(60)]
        for at in (5, 15):
            asked[at].result()
            victim = own.status()["workers"]["stage"][0]
            os.kill(victim, signal.SIGKILL)
        asked[25].result()
        web = own.status()["pid"]
        os.kill(web, signal.SIGKILL)
        verdicts = [one.result() for one in asked]
    assert [verdict.id for verdict in verdicts] == [f"t{at}" for at in range(60)]
    assert all(verdict.score is not None for verdict in verdicts)
    assert {verdict.score for verdict in verdicts if verdict.id == "t0"} == {client_score(own, 5)}
    assert own.status()["pid"] != web


def client_score(service, radius):
    with Client(service.url) as client:
        return client.score(circle(radius)).score


def test_a_triple_that_kills_its_worker_each_time_is_answered_and_takes_no_other_along(own):
    stop = threading.Event()
    victims = []

    def kill_whoever_works():
        while not stop.is_set():
            for pid in own.status()["workers"]["stage"] if own.status()["inside"] else ():
                os.kill(pid, signal.SIGKILL)
                victims.append(pid)
            stop.wait(0.2)

    killer = threading.Thread(target=kill_whoever_works)
    killer.start()
    slow = {"triple": {"id": "slow", "code": "sum(range(2 * 10**8))\n", "language": "python", "domain": "chart"}}
    answer = own.post("/v1/score", json=slow, headers={"janus-deadline": "55"})
    stop.set()
    killer.join()
    (verdict,) = answer.json()["verdicts"]
    assert victims
    assert verdict["score"] is None
    assert verdict["reason"] == "engine_error"
    own.until(lambda: own.status()["pools"]["stage"]["ready"] == 2)
    assert client_score(own, 8) is not None


def test_told_to_end_it_finishes_what_it_can_and_hands_back_the_rest(own):
    def ask(code):
        return own.post("/v1/score", json={"triple": {"code": code, "language": "python", "domain": "chart"}})

    with ThreadPoolExecutor(2) as threads:
        # Both workers' interpreters are warm, so that the short one is short.
        list(threads.map(ask, [f"sum(range({at} * 10**6))\n" for at in (1, 2)]))
        endless = threads.submit(ask, "while True:\n    pass\n")
        short = threads.submit(ask, "sum(range(2 * 10**7))\n")
        own.until(lambda: own.status()["pools"]["stage"]["under_way"] == 2)
        assert own.end() == 0
    assert short.result().status_code == 200
    assert endless.result().status_code == 503
    assert endless.result().headers["retry-after"]


def test_a_second_service_on_the_same_state_is_refused(own, tmp_path):
    with pytest.raises(AssertionError, match="another service uses"):
        Service(tmp_path)
