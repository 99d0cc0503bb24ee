"""The pool: brief work lies ready in a busy worker, and a worker that dies takes nobody's answer along."""

from __future__ import annotations

import asyncio
import importlib
import time

import pytest

from janus_reward.serve.failures import Lost
from janus_reward.serve.pool import Pool

SERVING = """
import os, time

class Slow:
    def about(self): return {}
    def close(self):
        time.sleep(0.3)
        open(os.environ["CLOSED"], "w").close()
    def take(self, message, reply):
        if message == b"die": os._exit(1)
        time.sleep(0.3)
        reply(message + str(os.getpid()).encode())
"""


@pytest.fixture
def make(tmp_path, monkeypatch):
    (tmp_path / "slow_serving.py").write_text(SERVING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("CLOSED", str(tmp_path / "closed"))
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module("slow_serving").Slow


def served(make, use, size=1):
    async def run():
        pool = Pool(make, size)
        pool.start()
        await pool.known()
        while pool.ready < size:
            await asyncio.sleep(0.01)
        try:
            return await use(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def asked(pool, message, *, brief):
    return asyncio.ensure_future(pool.submit(message, time.monotonic() + 30, brief=brief))


@pytest.mark.parametrize(("brief", "with_workers"), [(True, 2), (False, 1)])
def test_one_brief_message_lies_ready_behind_another(make, brief, with_workers):
    async def use(pool):
        answers = [asked(pool, b"%d " % at, brief=brief) for at in range(4)]
        await asyncio.sleep(0.1)
        assert (pool.under_way, pool.depth) == (with_workers, 4 - with_workers)
        return [answer.split()[0] for answer in await asyncio.gather(*answers)]

    assert served(make, use) == [b"0", b"1", b"2", b"3"]


def test_nothing_lies_ready_behind_what_may_take_long(make):
    async def use(pool):
        first = asked(pool, b"long ", brief=False)
        then = asked(pool, b"brief ", brief=True)
        await asyncio.sleep(0.1)
        assert (pool.under_way, pool.depth) == (1, 1)
        await asyncio.gather(first, then)

    served(make, use)


def test_a_free_worker_is_preferred_to_lying_ready(make):
    async def use(pool):
        return await asyncio.gather(*(asked(pool, b" ", brief=True) for _ in range(2)))

    assert len(set(served(make, use, size=2))) == 2


def test_what_lay_ready_in_a_dying_worker_was_not_tried(make):
    async def use(pool):
        killer = asked(pool, b"die", brief=True)
        behind = [asked(pool, b"ok ", brief=True) for _ in range(3)]
        with pytest.raises(Lost):
            await killer
        return [answer.split()[0] for answer in await asyncio.gather(*behind)]

    assert served(make, use) == [b"ok"] * 3


def test_a_worker_closes_what_it_holds_when_the_pool_ends(make, tmp_path):
    async def use(pool):
        await asked(pool, b" ", brief=False)

    served(make, use)
    assert (tmp_path / "closed").exists()
