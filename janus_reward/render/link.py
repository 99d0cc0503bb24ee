"""A socket to a jailed process that never waits for ever: every call has a deadline."""

from __future__ import annotations

import selectors
import socket
import time


class LostError(Exception):
    """The other side ended, fell silent until the deadline, or broke the connection."""


class SilentError(LostError):
    """The deadline passed."""


class Link:
    """Whole messages over a stream socket, each with a deadline in seconds of `time.monotonic`."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock

    def send(self, data: bytes, deadline: float) -> None:
        """Send all of `data`."""
        view = memoryview(data)
        while view:
            self._wait(selectors.EVENT_WRITE, deadline)
            try:
                view = view[self._socket.send(view) :]
            except (BlockingIOError, InterruptedError):
                continue
            except OSError as problem:
                raise LostError from problem

    def receive(self, size: int, deadline: float) -> bytes:
        """Exactly `size` bytes."""
        parts = bytearray()
        while len(parts) < size:
            self._wait(selectors.EVENT_READ, deadline)
            try:
                part = self._socket.recv(min(size - len(parts), 1 << 20))
            except (BlockingIOError, InterruptedError):
                continue
            except OSError as problem:
                raise LostError from problem
            if not part:
                raise LostError
            parts += part
        return bytes(parts)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _wait(self, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise SilentError
