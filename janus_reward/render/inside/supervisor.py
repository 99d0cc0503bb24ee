"""Watches one job from outside its reach: time, memory, processes, disk, output; ends it, and reports how it ended.

The supervisor never runs judged code. It reads pipes so that nobody has to wait, and keeps only the tail of them.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from janus_reward.render.inside import job
from janus_reward.render.inside.usage import Usage

TAIL = 16_384
"""Bytes kept of stdout and of stderr."""

_CHUNK = 1 << 18
_TICK_S = 0.025
_REAP_S = 5.0


class Confinement(Protocol):
    """What a level of the sandbox does for one job."""

    work: str
    """The folder in which the job runs."""

    def prepare(self) -> None:
        """Once, in the worker."""

    def fork(self, first: Callable[[], int]) -> int:
        """Start the supervisor; returns the pid to wait for."""
        ...

    def enter(self, limits: Mapping[str, float]) -> None:
        """In the supervisor, before the job's process exists."""

    def lock(self, limits: Mapping[str, float]) -> None:
        """In the job's process, before the code runs."""

    def processes(self) -> list[int]:
        """Pids of everything the job has alive."""
        ...

    def kill_all(self) -> None:
        """End everything the job has alive."""

    def scratch(self) -> tuple[int, bool]:
        """Bytes in its scratch folder, and whether that is full."""
        ...

    def leave(self) -> None:
        """Remove what the job left behind."""


def confinement(spec: Mapping[str, Any]) -> Confinement:
    """The confinement of the level that `spec` names."""
    if spec["level"] == "namespaces":
        from janus_reward.render.inside.strong import Namespaces

        return Namespaces(spec["keep"], spec["frozen"])
    from janus_reward.render.inside.weak import Restrictions

    return Restrictions(spec["scratch"], spec["read"])


def supervise(confined: Confinement, request: Mapping[str, Any], forward: Callable[[bytes], None]) -> dict[str, Any]:
    """Run one job to its end.

    Args:
        confined: the level's confinement.
        request: {`code`, `settings`}.
        forward: takes the bytes of the job's results as they come.

    Returns: {`code`, `signal`, `limit`, `stdout`, `stderr`}.
    """
    limits = request["settings"]["limits"]
    confined.enter(limits)
    started = time.monotonic()
    pipes = [os.pipe() for _ in range(3)]
    child = os.fork()
    if child == 0:
        os._exit(_be_the_job(confined, request, [write for _, write in pipes]))
    for _, write in pipes:
        os.close(write)
    watch = _Watch(confined, limits, child, started, [read for read, _ in pipes], forward)
    try:
        return watch.until_it_ends()
    finally:
        confined.leave()


def _be_the_job(confined: Confinement, request: Mapping[str, Any], pipes: list[int]) -> int:
    """Never returns into the supervisor's code: the caller ends the process with what this gives."""
    try:
        job.take_descriptors(*pipes)
        job.settle(os.getcwd())  # noqa: PTH109
        confined.lock(request["settings"]["limits"])
        return job.run(request["code"], request["settings"])
    except MemoryError:
        return 1
    except BaseException:  # noqa: BLE001 - judged code reaches into everything; whatever it broke, the process ends
        _print_last_words()
        return 1


def _print_last_words() -> None:
    import traceback

    with contextlib.suppress(Exception):
        os.write(2, traceback.format_exc().encode("utf-8", "backslashreplace"))


class _Watch:
    def __init__(
        self,
        confined: Confinement,
        limits: Mapping[str, float],
        child: int,
        started: float,
        pipes: list[int],
        forward: Callable[[bytes], None],
    ) -> None:
        self._confined, self._limits, self._child = confined, limits, child
        self._deadline = started + limits["wall_s"]
        self._forward = forward
        self._results_left = int(limits["output_mb"]) * 2**20
        self._tails = {pipes[0]: bytearray(), pipes[1]: bytearray()}
        self._out, self._err, self._results = pipes
        self._limit: str | None = None
        self._status: int | None = None
        self._usage = Usage(confined, limits)
        self._selector = selectors.DefaultSelector()
        for pipe in pipes:
            os.set_blocking(pipe, False)
            self._selector.register(pipe, selectors.EVENT_READ)
        self._selector.register(os.pidfd_open(child), selectors.EVENT_READ)

    def until_it_ends(self) -> dict[str, Any]:
        next_look = 0.0
        while self._status is None and self._limit is None:
            self._pump(max(0.0, min(next_look, self._deadline) - time.monotonic()))
            now = time.monotonic()
            if now >= self._deadline:
                self._limit = "wall"
            elif now >= next_look:
                self._limit = self._limit or self._usage.exceeded()
                next_look = now + max(_TICK_S, 5 * (time.monotonic() - now))
            self._reap()
        self._end()
        return self._report()

    def _pump(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            if key.fd in self._tails or key.fd == self._results:
                self._read(key.fd)

    def _read(self, pipe: int) -> bool:
        """Take one chunk; whether there may be more."""
        try:
            data = os.read(pipe, _CHUNK)
        except BlockingIOError:
            return False
        if not data:
            with contextlib.suppress(KeyError):
                self._selector.unregister(pipe)
            return False
        self._take(pipe, data)
        return True

    def _take(self, pipe: int, data: bytes) -> None:
        if pipe in self._tails:
            tail = self._tails[pipe]
            tail += data[-TAIL:]
            del tail[:-TAIL]
        elif len(data) > self._results_left:
            self._limit = self._limit or "output"
        else:
            self._results_left -= len(data)
            self._forward(data)

    def _reap(self) -> None:
        """Collect ended processes; the job ends with its first one."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if pid == self._child:
                    self._status = status

    def _end(self) -> None:
        """Kill whatever is left, wait until it is gone, and read what lies in the pipes."""
        self._limit = self._limit or self._usage.full_scratch()
        give_up = time.monotonic() + _REAP_S
        while self._confined.processes() and time.monotonic() < give_up:
            self._confined.kill_all()
            self._reap()
            time.sleep(0.001)
        self._reap()
        for pipe in (self._results, self._out, self._err):
            while self._read(pipe):
                pass

    def _report(self) -> dict[str, Any]:
        status = self._status
        killed = status is not None and os.WIFSIGNALED(status)
        number = os.WTERMSIG(status) if status is not None and killed else None
        code = os.WEXITSTATUS(status) if status is not None and not killed else None
        limit = self._limit or ("cpu" if number == signal.SIGXCPU else None)
        out, err = (_readable(self._tails[pipe], self._confined.work) for pipe in (self._out, self._err))
        return {"code": code, "signal": _signal_name(number), "limit": limit, "stdout": out, "stderr": err}


def _readable(tail: bytearray, work: str) -> str:
    """The tail as text in which the scratch folder has the same name at every level and in every run."""
    text = tail.decode("utf-8", "replace").replace(work, "/tmp/work")
    for prefix in sorted({sys.prefix, sys.base_prefix, sys.exec_prefix}, key=len, reverse=True):
        text = text.replace(prefix, "<python>")
    return text


def _signal_name(number: int | None) -> str | None:
    try:
        return None if number is None else signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
