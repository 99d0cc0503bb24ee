"""How many requests are under way: grows while all goes well, shrinks when the endpoint is overloaded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_START = 64
_SHRINK = 0.7


class AdaptiveLimit:
    """A semaphore whose size adapts: doubling until the first overload, then one more a round, 0.7 on each overload.

    Additive increase and multiplicative decrease (Chiu and Jain, 1989). Overloads of requests that began before the
    last cut do not cut again.

    Args:
        most: never more than this many.
        start: how many at first.
    """

    def __init__(self, most: int, start: int = _START) -> None:
        self.most = most
        self._limit = float(min(start, most))
        self._busy = 0
        self._probing = True
        self._cuts = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def size(self) -> int:
        """How many may be under way now."""
        return int(self._limit)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[int]:
        """Wait for a free slot, in order, and hold it; gives the ticket that `overloaded` wants."""
        if self._busy >= self.size or self._waiting:
            await self._queued()
        else:
            self._busy += 1
        try:
            yield self._cuts
        finally:
            self._busy -= 1
            self._wake()

    def succeeded(self) -> None:
        """A request came back well: let a little more in when the slots are used."""
        if self._busy >= self.size - 1 and self._limit < self.most:
            self._limit = min(self._limit + (1.0 if self._probing else 1.0 / self._limit), float(self.most))
            self._wake()

    def overloaded(self, ticket: int) -> None:
        """The endpoint said that it has too much to do, or gave no answer in time."""
        if ticket != self._cuts:
            return
        self._probing = False
        self._cuts += 1
        self._limit = max(1.0, self._limit * _SHRINK)

    async def _queued(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._busy -= 1
                self._wake()
            raise

    def _wake(self) -> None:
        while self._waiting and self._busy < self.size:
            turn = self._waiting.popleft()
            if not turn.done():
                self._busy += 1
                turn.set_result(None)
