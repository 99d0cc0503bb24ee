"""Messages over a socket pair between the web process and a worker: a length, a number, bytes."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading

_HEAD = struct.Struct("!QQ")
MAX_BYTES = 1 << 31


class ChildLink:
    """The worker's end; `send` may be called from any thread.

    Args:
        descriptor: of the inherited socket.
    """

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._file = self._socket.makefile("rb")
        self._turn = threading.Lock()

    def receive(self) -> tuple[int, bytes] | None:
        """The next message; `None` when the other end is gone."""
        head = self._file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return None
        number, size = _HEAD.unpack(head)
        body = self._file.read(size)
        return (number, body) if len(body) == size else None

    def send(self, number: int, body: bytes) -> None:
        """Send one message whole."""
        with self._turn:
            self._socket.sendall(_HEAD.pack(number, len(body)) + body)


async def receive(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next message from a worker. Raises EOFError when it is gone."""
    try:
        number, size = _HEAD.unpack(await reader.readexactly(_HEAD.size))
        if size > MAX_BYTES:
            raise EOFError
        return number, await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise EOFError from error


def framed(number: int, body: bytes) -> tuple[bytes, bytes]:
    """A message as the pieces to write."""
    return _HEAD.pack(number, len(body)), body
