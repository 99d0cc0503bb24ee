"""One event loop in a thread of its own, for judges that wait for engines: shared by all judges of a process."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Coroutine, Iterable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_turn = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}


def submit(work: Coroutine[Any, Any, T]) -> Future[T]:
    """Run a coroutine on the shared loop, from any thread but its own."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


async def settled(waiting: Iterable[Awaitable[T]]) -> list[T]:
    """Every result, in order. When one fails the others still come to their end before the first error is raised."""
    found: list[T] = []
    for result in await asyncio.gather(*waiting, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
        found.append(result)
    return found


def _loop() -> asyncio.AbstractEventLoop:
    """The loop of this process; a forked child makes its own."""
    with _turn:
        loop = _loops.get(os.getpid())
        if loop is None:
            loop = _loops[os.getpid()] = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="janus-reward-judges", daemon=True).start()
    return loop
