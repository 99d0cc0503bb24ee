"""Requests that arrive one by one, handed to a local engine in batches, in a thread of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from janus_reward.judges.engine.base import EngineFailure

Q = TypeVar("Q")
R = TypeVar("R")


class Batcher(Generic[Q, R]):
    """Collects what is waiting while the engine is busy, and hands it over when it is free.

    Args:
        run: blocking, one reply or failure for each request, in order; called from one thread only.
        most: requests in one batch.
    """

    def __init__(self, run: Callable[[Sequence[Q]], Sequence[R | EngineFailure]], most: int) -> None:
        self._run, self._most = run, most
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="janus-reward-engine")
        self._waiting: list[tuple[Q, asyncio.Future[R]]] = []
        self._working: asyncio.Task[None] | None = None

    async def complete(self, request: Q) -> R:
        """The reply to one request. Raises its EngineFailure."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._working is None or self._working.done():
            self._working = asyncio.ensure_future(self._work())
        return await future

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _work(self) -> None:
        while self._waiting:
            # Everything that is ready now may still join this batch.
            await asyncio.sleep(0)
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            requests = [request for request, _ in batch]
            try:
                found: Sequence[R | EngineFailure] = await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._run, requests
                )
            except Exception as error:  # noqa: BLE001 - whatever an engine raises belongs to the requests of its batch
                found = [_failure(error)] * len(batch)
            for (_, future), reply in zip(batch, found, strict=True):
                _settle(future, reply)


def _settle(future: asyncio.Future[R], reply: R | EngineFailure) -> None:
    if future.done():
        return
    if isinstance(reply, EngineFailure):
        future.set_exception(reply)
    else:
        future.set_result(reply)


def _failure(error: Exception) -> EngineFailure:
    line = " ".join(str(error).split())[:200]
    return EngineFailure("engine_error", f"the engine failed: {type(error).__name__}: {line}")
