"""The DevTools protocol over a pipe: messages to Chromium and back, every wait with a deadline.

Requests and replies are JSON, ended by a zero byte (the pipe transport of Chromium). No thread, no event loop: the
caller's thread reads while it waits, so this works in any worker process, forked or not.
"""

from __future__ import annotations

import itertools
import json
import os
import select
import time
from collections.abc import Callable, Mapping
from typing import Any

Handler = Callable[[str, Mapping[str, Any]], None]

_MAX_MESSAGE = 512 * 2**20
_CHUNK = 2**20
_TICK_S = 0.2


class PipeClosed(Exception):
    """The browser ended, or its pipe holds something that is no message."""


class Overdue(Exception):
    """The reply did not come before the deadline."""


class Refused(Exception):
    """Chromium answered a call with an error; the text is Chromium's own."""


class Pipe:
    """One connection. Events go to `handler`; replies that nobody waits for are kept until asked for or dropped.

    Args:
        reading, writing: file descriptors, owned by this object from now on.
        watch: called about five times a second while waiting; it may raise to end the wait.
    """

    def __init__(self, reading: int, writing: int, watch: Callable[[], None]) -> None:
        self._reading, self._writing, self._watch = reading, writing, watch
        self._numbers = itertools.count(1)
        self._buffer = bytearray()
        self._replies: dict[int, Mapping[str, Any]] = {}
        self._expected: set[int] = set()
        self._ticked = time.monotonic()
        self.handler: Handler = _ignore
        os.set_blocking(writing, False)

    def post(
        self, method: str, params: Mapping[str, Any] | None = None, *, session: str | None = None, keep: bool = False
    ) -> int:
        """Send a call without waiting; returns its number. Its reply is dropped unless `keep`."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        if keep:
            self._expected.add(number)
        self._write(json.dumps(message).encode() + b"\0")
        return number

    def reply(self, number: int, deadline: float) -> Mapping[str, Any]:
        """Wait for the reply to a call that was posted with `keep`.

        Raises:
            Overdue: nothing came until `deadline` (on `time.monotonic`).
            Refused: Chromium answered with an error.
            PipeClosed: the browser is gone.
        """
        while number not in self._replies:
            self.pump(deadline)
        message = self._replies.pop(number)
        if "error" in message:
            raise Refused(str(message["error"].get("message")))
        result: Mapping[str, Any] = message.get("result", {})
        return result

    def call(
        self, method: str, params: Mapping[str, Any] | None = None, *, session: str | None = None, deadline: float
    ) -> Mapping[str, Any]:
        """`post` and `reply` in one."""
        return self.reply(self.post(method, params, session=session, keep=True), deadline)

    def wait_for(self, done: Callable[[], bool], deadline: float) -> None:
        """Handle messages until `done()`; raises Overdue or PipeClosed."""
        while not done():
            self.pump(deadline)

    def pump(self, deadline: float) -> None:
        """Handle the messages of one read; returns after at least one message, raises Overdue at the deadline."""
        while not self._dispatch():
            self._read(deadline)

    def close(self) -> None:
        """Close both ends."""
        for end in (self._reading, self._writing):
            os.close(end)

    def _dispatch(self) -> bool:
        end = self._buffer.rfind(b"\0")
        if end < 0:
            return False
        whole = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        for raw in whole.split(b"\0"):
            self._handle(raw)
        return True

    def _handle(self, raw: bytes) -> None:
        try:
            message = json.loads(raw)
        except ValueError as error:
            raise PipeClosed("the browser sent something that is no message") from error
        number = message.get("id")
        if number is None:
            self.handler(message.get("method", ""), message)
        elif number in self._expected:
            self._expected.discard(number)
            self._replies[number] = message

    def _read(self, deadline: float) -> None:
        self._tick()
        left = deadline - time.monotonic()
        if left <= 0:
            raise Overdue
        ready, _, _ = select.select([self._reading], [], [], min(left, _TICK_S))
        if not ready:
            return
        data = os.read(self._reading, _CHUNK)
        if not data:
            raise PipeClosed("the browser ended")
        self._buffer += data
        if len(self._buffer) > _MAX_MESSAGE:
            raise PipeClosed("the browser sent a message without end")

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        stuck_after = time.monotonic() + 30
        while view:
            _, ready, _ = select.select([], [self._writing], [], _TICK_S)
            if not ready and time.monotonic() > stuck_after:
                raise PipeClosed("the browser takes no more messages")
            if ready:
                view = view[self._written(view) :]

    def _written(self, view: memoryview) -> int:
        try:
            return os.write(self._writing, view)
        except BlockingIOError:
            return 0
        except BrokenPipeError as error:
            raise PipeClosed("the browser ended") from error

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._ticked >= _TICK_S:
            self._ticked = now
            self._watch()


def _ignore(method: str, message: Mapping[str, Any]) -> None:
    del method, message
