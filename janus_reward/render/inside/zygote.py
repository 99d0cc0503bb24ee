"""The warm worker inside the jail: imports the drawing libraries once, then forks a fresh process for every job.

One thread, one job at a time. It trusts its host, from whom the requests come over the socket that is descriptor
`CONTROL`, and never runs a line of the judged code itself.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from typing import Any

from janus_reward.render import jail_kernel as kernel
from janus_reward.render.inside import job, supervisor
from janus_reward.render.inside.protocol import END, LENGTH, MESSAGE, READY, RESULT

CONTROL = int(os.environ.get("JANUS_CONTROL", "0"))


class Channel:
    """The socket to the host: requests come in, messages of a kind and a length go out."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def send(self, kind: bytes, payload: bytes) -> None:
        """Send one message; ends the process when the host has gone."""
        try:
            self._socket.sendall(MESSAGE.pack(kind, len(payload)) + payload)
        except OSError:
            os._exit(0)

    def request(self) -> dict[str, Any] | None:
        """The next job, or `None` when the host has closed the socket."""
        head = self._exactly(LENGTH.size)
        body = self._exactly(LENGTH.unpack(head)[0]) if head else None
        return None if body is None else dict(json.loads(body))

    def _exactly(self, size: int) -> bytes | None:
        parts = bytearray()
        while len(parts) < size:
            part = self._socket.recv(min(size - len(parts), 1 << 20))
            if not part:
                return None
            parts += part
        return bytes(parts)


def main() -> None:
    """Warm up, say so, and serve jobs until the host closes the socket."""
    channel = Channel(socket.socket(fileno=CONTROL))
    os.environ.pop("JANUS_CONTROL", None)
    confinement = supervisor.confinement(json.loads(sys.argv[1]))
    confinement.prepare()
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    job.warm()
    gc.collect()
    gc.freeze()
    channel.send(READY, b"{}")
    while (request := channel.request()) is not None:
        _serve(channel, confinement, request)


def _serve(channel: Channel, confinement: supervisor.Confinement, request: dict[str, Any]) -> None:
    """Run one job in a process of its own; a supervisor that died takes this worker along, and the host retries."""

    def supervise() -> int:
        report = supervisor.supervise(confinement, request, lambda data: channel.send(RESULT, data))
        channel.send(END, json.dumps(report).encode("ascii"))
        return 0

    _, status = os.waitpid(confinement.fork(supervise), 0)
    if status != 0:
        os._exit(1)
