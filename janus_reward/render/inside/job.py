"""The job's own process: closes what it inherited, gives up every right, and runs the judged code."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from janus_reward.render import frames
from janus_reward.render.inside import figures

RESULTS = 3
"""File descriptor of the results in a job."""


def warm() -> None:
    """Import what jobs draw with; once, in the worker."""
    figures.warm()


def take_descriptors(out: int, err: int, results: int) -> None:
    """Keep exactly stdin (/dev/null), stdout, stderr and the channel of results."""
    null = os.open("/dev/null", os.O_RDONLY)
    high = [os.dup2(fd, 64 + i, inheritable=False) for i, fd in enumerate((null, out, err, results))]
    for target, fd in enumerate(high):
        os.dup2(fd, target, inheritable=target < RESULTS)
    os.closerange(RESULTS + 1, _highest_descriptor())


def _highest_descriptor() -> int:
    return max(int(name) for name in os.listdir("/proc/self/fd")) + 1  # noqa: PTH208


def settle(home: str) -> None:
    """Signals, environment and output streams as a new interpreter has them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    os.environ.update({"HOME": home, "TMPDIR": home, "PWD": os.getcwd()})  # noqa: PTH109
    tempfile.tempdir = None
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(  # type: ignore[misc]  # noqa: SIM115
        2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False
    )
    gc.enable()


def run(code: str, settings: Mapping[str, Any]) -> int:
    """Run the judged code and send what it draws; returns the exit status a fresh interpreter would have had."""
    failed = False
    send = frames.writer(_write_all)

    def emit(header: Mapping[str, Any], body: bytes) -> None:
        nonlocal failed
        send(header, body)
        failed = failed or (header.get("kind") == "facts" and "exception" in json.loads(body))

    figures.execute(code, settings, emit)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue
    return 1 if failed else 0


def _write_all(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(RESULTS, view) :]
