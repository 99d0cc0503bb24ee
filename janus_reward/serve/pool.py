"""A queue before a few worker processes; a process that dies loses nothing but time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from janus_reward.errors import JanusError
from janus_reward.serve.child import Serving
from janus_reward.serve.failures import Ending, Late, Lost
from janus_reward.serve.worker import Worker

_log = logging.getLogger("janus_reward.serve")

_TRIES = 2
_BACKOFF_S = (0.1, 0.5, 2.0, 5.0, 10.0)
_WATCH_S = 1.0


@dataclass(eq=False, slots=True)
class _Item:
    """One piece of work: its bytes, who waits for it, whether it is brief, and how often it was tried."""

    message: bytes
    future: asyncio.Future[bytes]
    brief: bool
    tries: int = 0


class Pool:
    """Workers of one kind.

    Args:
        make: picklable; makes what a worker serves.
        size: processes.
        slots: messages under way in one process.
        stuck_s: a worker that has not answered a message for so long is ended.
        recycle: messages after which a worker is replaced; 0 for never.
        single: keep each worker's libraries to one thread.

    Attributes:
        failure: why no worker can ever serve; then the service cannot go on.
        restarts: workers that ended although nobody wanted it.
    """

    def __init__(
        self,
        make: Callable[[], Serving],
        size: int,
        *,
        slots: int = 1,
        stuck_s: float = 300.0,
        recycle: int = 0,
        single: bool = True,
    ) -> None:
        self._make, self._size, self._slots = make, size, slots
        self._stuck_s, self._recycle, self._single = stuck_s, recycle, single
        self._waiting: deque[_Item] = deque()
        self._workers: list[Worker] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._number = 0
        self._ending = False
        self.failure: JanusError | None = None
        self.restarts = 0
        self.about: dict[str, Any] = {}
        self._known = asyncio.Event()

    @property
    def depth(self) -> int:
        """Items that wait."""
        return len(self._waiting)

    @property
    def under_way(self) -> int:
        """Items that workers have."""
        return sum(len(worker.under_way) for worker in self._workers)

    @property
    def ready(self) -> int:
        """Workers that serve."""
        return sum(worker.ready for worker in self._workers)

    @property
    def pids(self) -> list[int]:
        """Of the workers that serve."""
        return [worker.pid for worker in self._workers if worker.ready and worker.pid]

    def start(self) -> None:
        """Start the workers; `known` tells when the first one serves."""
        for _ in range(self._size):
            self._keep(self._tend())
        self._keep(self._watch())

    async def known(self) -> dict[str, Any]:
        """What the first ready worker tells about itself. Raises the JanusError that stops them all."""
        await self._known.wait()
        if self.failure is not None:
            raise self.failure
        return self.about

    async def submit(self, message: bytes, deadline: float, *, brief: bool = False) -> bytes:
        """The answer to one message.

        Args:
            message: for the worker.
            deadline: monotonic seconds.
            brief: it takes about as long as any other brief one, so that it may be handed over before it is its turn.

        Raises:
            Late: not answered by the deadline. Lost: it ended its worker each time.
            Ending: the service goes down, or no worker can be started.
        """
        if self._ending or self.failure is not None:
            raise Ending("there is no worker", hint="Send it again; see the service's log.", retry_after_s=5)
        item = _Item(message, asyncio.get_running_loop().create_future(), brief)
        self._waiting.append(item)
        self._dispatch()
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return await item.future
        except TimeoutError:
            raise Late("the deadline passed before there was an answer", retry_after_s=1) from None
        finally:
            item.future.cancel()

    def hand_back(self) -> None:
        """Take no more work, and give back everything that is not answered."""
        self._ending = True
        unanswered = [*self._waiting, *(item for worker in self._workers for item, _ in worker.under_way.values())]
        self._waiting.clear()
        for item in unanswered:
            if not item.future.done():
                item.future.set_exception(Ending("the service is going down", hint="Send it again.", retry_after_s=1))

    async def close(self) -> None:
        """End the workers."""
        self.hand_back()
        await asyncio.gather(*(worker.end() for worker in self._workers))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _dispatch(self) -> None:
        """Give what waits to workers that take it, the least busy first."""
        while self._waiting:
            item = self._waiting[0]
            able = [worker for worker in self._workers if worker.takes(brief=item.brief)]
            if not able:
                return
            self._waiting.popleft()
            if item.future.done():
                continue
            self._number += 1
            min(able, key=lambda worker: len(worker.under_way)).give(self._number, item.message, item)

    async def _tend(self, replaced: Worker | None = None) -> None:
        """Keep one place filled: start a worker, take its answers, start another when it ends."""
        failed = 0
        while not self._ending and self.failure is None:
            worker = Worker(self._make, self._slots, single=self._single)
            self._workers.append(worker)
            try:
                await self._begin(worker, replaced)
                await self._serve(worker)
            except (EOFError, TimeoutError, OSError):
                failed = 0 if worker.served else failed + 1
            except JanusError as error:
                self.failure = error
                self._known.set()
            finally:
                self._bury(worker)
            if worker.retiring:
                return
            if failed:
                await asyncio.sleep(_BACKOFF_S[min(failed, len(_BACKOFF_S)) - 1])

    async def _begin(self, worker: Worker, replaced: Worker | None) -> None:
        await worker.start()
        if replaced is not None:
            replaced.retire()
        self.about = worker.about
        self._known.set()
        _log.info("worker ready", extra={"pid": worker.pid})
        self._dispatch()

    async def _serve(self, worker: Worker) -> None:
        while True:
            item, body = await worker.answer()
            if not item.future.done():
                item.future.set_result(body)
            if worker.retiring:
                worker.retire()
            elif worker.served == self._recycle:
                self._keep(self._tend(worker))
            self._dispatch()

    def _bury(self, worker: Worker) -> None:
        """Forget an ended worker; what it was working on is tried once more, alone at the head of the queue."""
        self._workers.remove(worker)
        if worker.retiring or self._ending:
            self._keep(worker.end())
            return
        worker.kill()
        self.restarts += 1
        _log.warning("worker ended", extra={"pid": worker.pid, "items": len(worker.under_way)})
        for item in worker.worked_on:
            item.tries += 1
        for item, _ in reversed(worker.under_way.values()):
            if item.future.done():
                continue
            if item.tries >= _TRIES:
                item.future.set_exception(Lost())
            else:
                self._waiting.appendleft(item)
        self._dispatch()

    async def _watch(self) -> None:
        """End workers that are stuck."""
        while True:
            await asyncio.sleep(_WATCH_S)
            now = time.monotonic()
            for worker in self._workers:
                if any(now - began > self._stuck_s for _, began in worker.under_way.values()):
                    _log.warning("worker stuck", extra={"pid": worker.pid})
                    worker.kill()
