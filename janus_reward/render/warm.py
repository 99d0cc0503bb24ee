"""The host's side of the warm worker: starts the jailed zygote, sends it one job at a time, never waits for ever."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from janus_reward.errors import SandboxError
from janus_reward.render import jail
from janus_reward.render.inside.protocol import END, LENGTH, MESSAGE, READY, RESULT
from janus_reward.render.link import Link, LostError

_START_S = 180.0
_GRACE_S = 10.0
_MAX_REPORT = 2**20


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended, as the supervisor saw it, and the bytes it sent.

    Args:
        code: exit status, or `None` when a signal or a limit ended it.
        signal: name of the signal that ended it.
        limit: the bound that was hit: wall, cpu, memory, processes, scratch, output.
        stdout, stderr: the tails.
        results: frames as the job wrote them; not checked.
    """

    code: int | None
    signal: str | None
    limit: str | None
    stdout: str
    stderr: str
    results: bytes


class WarmWorker:
    """One jailed worker for one thread; started at its first job, and again after it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._link: Link | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._log: Any = None

    def run(self, code: str, settings: Mapping[str, Any]) -> Ending | None:
        """Run one job; `None` when the worker was lost twice with it.

        Args:
            code: the judged code.
            settings: `RenderSettings` as a dict, with `limits`.

        Raises:
            SandboxError: the worker cannot be started.
        """
        request = json.dumps({"code": code, "settings": settings}).encode("ascii")
        for _ in range(2):
            try:
                return self._attempt(request, settings["limits"])
            except LostError:
                self.close()
        return None

    def close(self) -> None:
        """End the worker and everything below it."""
        process, self._process = self._process, None
        if self._link is not None:
            self._link.close()
            self._link = None
        if process is not None:
            _end(process)
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None

    def _attempt(self, request: bytes, limits: Mapping[str, float]) -> Ending:
        link = self._ready()
        deadline = time.monotonic() + limits["wall_s"] + _GRACE_S
        link.send(LENGTH.pack(len(request)) + request, deadline)
        results = bytearray()
        bound = int(limits["output_mb"]) * 2**20
        while True:
            kind, payload = _message(link, deadline, bound)
            if kind == END:
                return Ending(**json.loads(payload), results=bytes(results))
            if kind != RESULT or len(results) + len(payload) > bound:
                raise LostError
            results += payload

    def _ready(self) -> Link:
        if self._link is not None and self._process is not None and self._process.poll() is None:
            return self._link
        self.close()
        return self._start()

    def _start(self) -> Link:
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        with theirs:
            self._process = jail.spawn(
                self._command(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )
        link = self._link = Link(ours)
        try:
            kind, _ = _message(link, time.monotonic() + _START_S, _MAX_REPORT)
        except LostError:
            kind = b""
        if kind != READY:
            words = self._last_words()
            self.close()
            raise SandboxError(f"the sandboxed worker did not start: {words}", hint="run `janus-reward doctor`")
        return link

    def _command(self, control: int) -> list[str]:
        spec: dict[str, Any] = {"level": jail.level().name}
        if spec["level"] == "namespaces":
            spec["keep"] = [str(p) for p in jail.readable_paths() if p.is_relative_to("/tmp")]
            spec["frozen"] = [jail.FONT_FOLDER]
        else:
            self._scratch = tempfile.TemporaryDirectory(prefix="janus-scratch-", ignore_cleanup_errors=True)
            Path(self._scratch.name).chmod(0o711)
            spec |= {"scratch": self._scratch.name, "read": [str(p) for p in jail.readable_paths()]}
        argv = jail.python_module("janus_reward.render.inside.zygote", json.dumps(spec))
        return jail.command(argv, env={"JANUS_CONTROL": str(control)}, nested=True)

    def _last_words(self) -> str:
        if self._log is None:
            return "it left no message"
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - 4096))
        lines = [line for line in self._log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1][:300] if lines else "it left no message"


def _message(link: Link, deadline: float, bound: int) -> tuple[bytes, bytes]:
    kind, size = MESSAGE.unpack(link.receive(MESSAGE.size, deadline))
    if size > max(bound, _MAX_REPORT):
        raise LostError
    return kind, link.receive(size, deadline)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait a moment for the worker, whose socket is closed, then kill it with its session."""
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
