"""The converter: a long-lived jailed process that draws what is data rather than a program (SVG, Vega, picture files).

It serves one request after the other. A request that takes too long or kills the process takes nobody along: the
process is ended, and the next request starts a new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Mapping
from typing import Any

from janus_reward.errors import SandboxError
from janus_reward.render import frames, jail
from janus_reward.render.base import RawOutcome, RawRender, RawStill, RenderSettings, as_plain
from janus_reward.render.link import Link, LostError, SilentError
from janus_reward.render.pixels import PixelMemory

REQUEST = struct.Struct("!II")
"""Before a request: length of its JSON header, length of its body."""

ANSWER = struct.Struct("!I")
"""Before an answer: length of its frames."""

_REQUESTS_PER_PROCESS = 500
_START_S = 120.0
_OUTCOMES: dict[str, RawOutcome] = {"ok": "ok", "failed": "failed", "exceeded": "exceeded"}


class Converter:
    """One jailed process for one thread; started at its first request.

    Args:
        settings: what determines the pictures, and the limits.
    """

    def __init__(self, settings: RenderSettings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._link: Link | None = None
        self._pixels: PixelMemory | None = None
        self._served = 0

    def convert(self, kind: str, payload: bytes) -> RawRender:
        """Draw one payload.

        Args:
            kind: `svg`, `vega`, `vega-lite` or `picture`.
            payload: hostile bytes.

        Raises:
            SandboxError: the process cannot be started.
        """
        limits = self._settings.limits
        if len(payload) > limits.output_mb * 2**20:
            return RawRender(
                "exceeded", facts={"limit": "output"}, message=f"more than {limits.output_mb} MiB of input"
            )
        link = self._ready()
        self._served += 1
        deadline = time.monotonic() + limits.wall_s
        header = json.dumps({"kind": kind, "settings": as_plain(self._settings)}).encode("ascii")
        try:
            link.send(REQUEST.pack(len(header), len(payload)) + header + payload, deadline)
            (size,) = ANSWER.unpack(link.receive(ANSWER.size, deadline))
            if size > limits.output_mb * 2**20:
                raise LostError
            return _rendered(link.receive(size, deadline), self._pixels)
        except SilentError:
            self.close()
            return RawRender(
                "timeout", facts={"limit": "wall"}, message=f"drawing took longer than {limits.wall_s:g} s"
            )
        except LostError:
            self.close()
            return RawRender(
                "exceeded", facts={"limit": "memory"}, message="drawing ended its process (memory or depth)"
            )

    def close(self) -> None:
        """End the process."""
        link, process, self._link, self._process, self._served = self._link, self._process, None, None, 0
        if link is not None:
            link.close()
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self._pixels is not None:
            self._pixels.close()
            self._pixels = None

    def _ready(self) -> Link:
        if self._process is not None and (self._process.poll() is not None or self._served >= _REQUESTS_PER_PROCESS):
            self.close()
        return self._link or self._start()

    def _start(self) -> Link:
        ours, theirs = socket.socketpair()
        self._pixels = PixelMemory()
        handed = [theirs.fileno(), self._pixels.descriptor]
        with theirs:
            limits = self._settings.limits
            numbers = (theirs.fileno(), limits.memory_mb, limits.files, self._pixels.descriptor)
            argv = jail.python_module("janus_reward.render.inside.converter_main", *map(str, numbers))
            self._process = jail.spawn(
                jail.command(argv, scratch_mb=limits.scratch_mb),
                pass_fds=handed,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._link = Link(ours)
        try:
            self._link.receive(1, time.monotonic() + _START_S)
        except LostError as problem:
            self.close()
            raise SandboxError("the sandboxed converter did not start", hint="Run `janus-reward doctor`.") from problem
        return self._link


_sharing = threading.Lock()
_shared: dict[tuple[RenderSettings, int], tuple[Converter, int]] = {}


def acquire(settings: RenderSettings) -> Converter:
    """The converter that all renderers of this thread with these settings share; give it back with `release`."""
    key = (settings, threading.get_ident())
    with _sharing:
        converter, users = _shared.get(key) or (Converter(settings), 0)
        _shared[key] = (converter, users + 1)
    return converter


def release(converter: Converter) -> None:
    """Give a shared converter back; the last user ends its process."""
    with _sharing:
        key = next(key for key, (shared, _) in _shared.items() if shared is converter)
        users = _shared.pop(key)[1] - 1
        if users:
            _shared[key] = (converter, users)
    if not users:
        converter.close()


def _rendered(answer: bytes, pixels: PixelMemory | None = None) -> RawRender:
    """The answer's frames as a render; anything that is not exactly that is a failure of the drawing."""
    reading = frames.decode(answer)
    stills, facts, end = [], {}, None
    for frame in reading.frames:
        if frame.kind == "picture":
            image = pixels.picture(frame.header.get("pixels"), frame.body) if pixels is not None else None
            stills.append(RawStill(frame.body, _seconds(frame.header), image))
        elif frame.kind == "facts":
            parsed = frames.parse_object(frame.body)
            facts = parsed if isinstance(parsed, dict) else {}
        elif frame.kind == "end":
            end = frame.header
    outcome = _OUTCOMES.get(str(end.get("outcome"))) if end is not None else None
    if end is None or outcome is None or reading.problem is not None:
        return RawRender("failed", message="the drawing's answer was damaged")
    message = None if end.get("message") is None else str(end["message"])[:500]
    return RawRender(outcome, tuple(stills), facts, message)


def _seconds(header: Mapping[str, Any]) -> float | None:
    value = header.get("at_s")
    return float(value) if isinstance(value, int | float) else None
