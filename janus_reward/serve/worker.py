"""One worker process as the web process sees it: started, given work, ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from janus_reward.errors import JanusError
from janus_reward.serve import link
from janus_reward.serve.child import Serving

_START_S = 300.0
_THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}


class Worker:
    """A process that serves one kind of work.

    Args:
        make: picklable; makes the `Serving` inside.
        slots: messages it works on at once.
        single: keep its libraries to one thread.
    """

    def __init__(self, make: Callable[[], Serving], slots: int, *, single: bool) -> None:
        self._make, self.slots, self._single = make, slots, single
        self.under_way: dict[int, tuple[Any, float]] = {}
        self.served = 0
        self.ready = self.retiring = False
        self.about: dict[str, Any] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @property
    def pid(self) -> int | None:
        """Of the process."""
        return self._process.pid if self._process else None

    def takes(self, *, brief: bool) -> bool:
        """Whether it can be given a message now; as many brief ones as it has slots may lie ready behind brief ones."""
        if not self.ready or self.retiring:
            return False
        behind = self.slots if brief and all(item.brief for item, _ in self.under_way.values()) else 0
        return len(self.under_way) < self.slots + behind

    @property
    def worked_on(self) -> list[Any]:
        """What it works on; what else is under way lies ready."""
        return [item for item, _ in list(self.under_way.values())[: self.slots]]

    async def start(self) -> None:
        """Start the process and wait until it is ready.

        Raises:
            JanusError: it says that it cannot serve.
            EOFError, TimeoutError: it ended, or said nothing.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "janus_reward.serve.child", str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                env={**os.environ, **(_THREADS if self._single else {})},
            )  # fmt: skip
        self._reader, self._writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        self._send(0, pickle.dumps(self._make))
        _, body = await asyncio.wait_for(link.receive(self._reader), _START_S)
        told = pickle.loads(body)
        if isinstance(told, JanusError):
            raise told
        self.about, self.ready = told, True

    def give(self, number: int, message: bytes, item: Any) -> None:
        """Hand over one message."""
        self.under_way[number] = (item, time.monotonic())
        self._send(number, message)

    async def answer(self) -> tuple[Any, bytes]:
        """The next item that is done, and its answer. Raises EOFError when the process is gone."""
        if self._reader is None:
            raise EOFError
        number, body = await link.receive(self._reader)
        item, _ = self.under_way.pop(number)
        self.served += 1
        # What lay ready first is worked on from now.
        for later, (other, _) in list(self.under_way.items())[self.slots - 1 : self.slots]:
            self.under_way[later] = (other, time.monotonic())
        return item, body

    def retire(self) -> None:
        """Take nothing more, and go when nothing is under way."""
        self.retiring = True
        if not self.under_way and self._writer is not None:
            self._writer.close()

    def kill(self) -> None:
        """End the process at once."""
        self.ready = False
        if self._writer is not None:
            self._writer.close()
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def end(self, within_s: float = 5.0) -> None:
        """Let the process close what it holds and go; kill it when it stays."""
        if self._writer is not None:
            self._writer.close()
        if self._process is None:
            return
        try:
            await asyncio.wait_for(self._process.wait(), within_s)
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def _send(self, number: int, message: bytes) -> None:
        if self._writer is not None:
            self._writer.writelines(link.framed(number, message))
