"""One jailed process of the converter: started without waiting, asked one thing after the other, ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import time

from janus_reward.errors import SandboxError
from janus_reward.render import jail
from janus_reward.render.base import RenderSettings, as_plain
from janus_reward.render.link import Link, LostError
from janus_reward.render.pixels import PixelMemory

REQUEST = struct.Struct("!II")
"""Before a request: length of its JSON header, length of its body."""

ANSWER = struct.Struct("!I")
"""Before an answer: length of its frames."""

_START_S = 120.0


class ConverterProcess:
    """A process that is being started; `ask` waits until it is there.

    Args:
        settings: what determines the pictures, and the limits.

    Attributes:
        asked: requests so far.
        pixels: what it decodes itself is left in here.
    """

    def __init__(self, settings: RenderSettings) -> None:
        self._settings, self._ready = settings, False
        self.asked = 0
        self.pixels = PixelMemory()
        ours, theirs = socket.socketpair()
        self._link = Link(ours)
        try:
            with theirs:
                self._process = self._spawned(theirs.fileno())
        except BaseException:
            self._link.close()
            self.pixels.close()
            raise

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ask(self, kind: str, payload: bytes) -> bytes:
        """The frames that it answers.

        Raises:
            SandboxError: it did not start. SilentError: the answer took too long. LostError: it ended.
        """
        self._wait()
        self.asked += 1
        limits = self._settings.limits
        deadline = time.monotonic() + limits.wall_s
        header = json.dumps({"kind": kind, "settings": as_plain(self._settings)}).encode("ascii")
        self._link.send(REQUEST.pack(len(header), len(payload)) + header + payload, deadline)
        (size,) = ANSWER.unpack(self._link.receive(ANSWER.size, deadline))
        if size > limits.output_mb * 2**20:
            raise LostError
        return self._link.receive(size, deadline)

    def close(self) -> None:
        """End it."""
        self._link.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.pixels.close()

    def _spawned(self, control: int) -> subprocess.Popen[bytes]:
        limits = self._settings.limits
        numbers = (control, limits.memory_mb, limits.files, self.pixels.descriptor)
        argv = jail.python_module("janus_reward.render.inside.converter_main", *map(str, numbers))
        return jail.spawn(
            jail.command(argv, scratch_mb=limits.scratch_mb),
            pass_fds=[control, self.pixels.descriptor],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _wait(self) -> None:
        if self._ready:
            return
        try:
            self._link.receive(1, time.monotonic() + _START_S)
        except LostError as problem:
            raise SandboxError("the sandboxed converter did not start", hint="Run `janus-reward doctor`.") from problem
        self._ready = True
