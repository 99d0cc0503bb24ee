"""The converter: a long-lived jailed process that draws what is data rather than a program (SVG, Vega, picture files).

It serves one request after the other. A request that takes too long or kills the process takes nobody along: the
process is ended, and the next request starts a new one.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from janus_reward.errors import SandboxError
from janus_reward.render import frames
from janus_reward.render.base import RawOutcome, RawRender, RawStill, RenderSettings
from janus_reward.render.converter_process import ConverterProcess
from janus_reward.render.link import LostError, SilentError
from janus_reward.render.pixels import PixelMemory

_REQUESTS_PER_PROCESS = 500
_AHEAD = 20
"""Requests before its last at which a process's successor is started, so that none waits for it."""

_OUTCOMES: dict[str, RawOutcome] = {"ok": "ok", "failed": "failed", "exceeded": "exceeded"}


class Converter:
    """One jailed process at a time, for one thread; started at its first request.

    Args:
        settings: what determines the pictures, and the limits.
    """

    def __init__(self, settings: RenderSettings) -> None:
        self._settings = settings
        self._process: ConverterProcess | None = None
        self._next: ConverterProcess | None = None

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
        process = self._ready()
        try:
            return _rendered(process.ask(kind, payload), process.pixels)
        except SilentError:
            self._end()
            return RawRender(
                "timeout", facts={"limit": "wall"}, message=f"drawing took longer than {limits.wall_s:g} s"
            )
        except LostError:
            self._end()
            return RawRender(
                "exceeded", facts={"limit": "memory"}, message="drawing ended its process (memory or depth)"
            )
        except SandboxError:
            self.close()
            raise

    def close(self) -> None:
        """End what was started."""
        self._end()
        self._end()

    def _end(self) -> None:
        """End the process; its successor, where it has been started, takes its place."""
        process, self._process, self._next = self._process, self._next, None
        if process is not None:
            process.close()

    def _ready(self) -> ConverterProcess:
        while self._process is not None and (not self._process.alive or self._process.asked >= _REQUESTS_PER_PROCESS):
            self._end()
        if self._process is None:
            self._process = ConverterProcess(self._settings)
        if self._next is None and self._process.asked == _REQUESTS_PER_PROCESS - _AHEAD:
            self._next = ConverterProcess(self._settings)
        return self._process


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
