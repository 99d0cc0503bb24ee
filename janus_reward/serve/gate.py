"""Bounds on what is in the house at once: triples, and bytes of requests."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from janus_reward.serve.failures import Busy
from janus_reward.tracing import current

_PACE = 0.2


class Gate:
    """Lets so many triples in; more are told when to come again.

    Args:
        bound: triples in the house.
    """

    def __init__(self, bound: int) -> None:
        self.bound, self.inside = bound, 0
        self._pace_s = 0.1
        self._last = 0.0

    @contextmanager
    def hold(self, count: int) -> Iterator[None]:
        """Keep places for so many triples. Raises Busy."""
        current().tell(triples=count)
        if self.inside + count > self.bound:
            wait = min(60, max(1, math.ceil(self.inside * self._pace_s)))
            hint = "Send it again after the seconds of Retry-After."
            raise Busy(f"{self.inside} triples are under way or waiting", hint=hint, retry_after_s=wait)
        self.inside += count
        try:
            yield
        finally:
            self.inside -= count

    def passed(self) -> None:
        """One triple is done; how far such moments lie apart tells how long a wait takes."""
        now = time.monotonic()
        if self._last:
            self._pace_s += _PACE * (min(now - self._last, 5.0) - self._pace_s)
        self._last = now


class ByteBudget:
    """Bytes that all requests under way may hold together.

    Args:
        bound: of bytes.
    """

    def __init__(self, bound: int) -> None:
        self._left = bound

    def take(self, count: int) -> None:
        """Set bytes aside. Raises Busy when there are not so many left."""
        if count > self._left:
            raise Busy("the requests under way hold all the memory there is for them", retry_after_s=1)
        self._left -= count

    def give(self, count: int) -> None:
        """Give bytes back."""
        self._left += count
