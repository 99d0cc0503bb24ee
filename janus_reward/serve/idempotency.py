"""One answer for one key: a request that is sent again gets the answer of the first, also while that is under way."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from janus_reward.serve.failures import Invalid, Late

_KEEP_S = 900.0
_MAX_BYTES = 64 << 20


@dataclass(slots=True)
class _Kept:
    body: bytes
    answer: asyncio.Future[bytes]
    until: float


class Answers:
    """Answers by key, for a quarter of an hour; the oldest go first when they hold more than 64 MiB."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    async def once(self, key: str, body: bytes, make: Callable[[], Awaitable[bytes]], deadline: float) -> bytes:
        """The answer under a key, made when there is none; an error is not kept.

        Args:
            key: with the route before it.
            body: of the request.
            make: makes the answer; what it began goes on after the deadline, for those who ask again.
            deadline: in monotonic seconds.

        Raises:
            Invalid: the key was used for another request. Late: the deadline passed.
        """
        self._sweep()
        digest = hashlib.sha256(body).digest()
        known = self._kept.get(key)
        if known is not None and known.body != digest:
            raise Invalid("this idempotency key was used for another request", hint="Use a new key for a new request.")
        if known is not None:
            return await _by(deadline, known.answer)
        made = asyncio.ensure_future(make())
        self._kept[key] = _Kept(digest, made, time.monotonic() + _KEEP_S)
        made.add_done_callback(lambda done: self._settle(key, done))
        return await _by(deadline, made)

    def _settle(self, key: str, made: asyncio.Future[bytes]) -> None:
        if made.cancelled() or made.exception() is not None:
            self._kept.pop(key, None)
        else:
            self._bytes += len(made.result())

    def _sweep(self) -> None:
        now = time.monotonic()
        while self._kept:
            key, oldest = next(iter(self._kept.items()))
            if not oldest.answer.done() or (oldest.until > now and self._bytes <= _MAX_BYTES):
                return
            del self._kept[key]
            self._bytes -= len(oldest.answer.result())


async def _by(deadline: float, answer: asyncio.Future[bytes]) -> bytes:
    try:
        async with asyncio.timeout(deadline - time.monotonic()):
            return await asyncio.shield(answer)
    except TimeoutError:
        raise Late("the deadline passed before there was an answer", hint="Ask again.", retry_after_s=1) from None
