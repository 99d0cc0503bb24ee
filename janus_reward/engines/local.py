"""Run a stage over many records on the processes of one machine: in order, bounded in memory, surviving dead workers.

A worker that dies (killed for memory, a crash in native code) takes only its own batch with it. The batches that were
under way are tried again one at a time; a batch that kills its worker again is split, and the one record that still
does so gets the result that `on_death` makes for it.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event
from multiprocessing.util import Finalize
from typing import Any, Generic, Protocol, TypeVar

from janus_reward import heap
from janus_reward.errors import EngineError

T = TypeVar("T")
R = TypeVar("R")

_PR_SET_PDEATHSIG = 1
_BATCHES_PER_WORKER = 4

_stage: Any = None


class Stage(Protocol[T, R]):
    """Work over a batch: one result per record, in order. `close` ends what it started."""

    def __call__(self, batch: list[T]) -> list[R]:
        """One result for each record of the batch, in order."""
        ...

    def close(self) -> None:
        """End every process and file the stage holds."""
        ...


class LocalEngine(Generic[T, R]):
    """A pool of worker processes, each holding one stage.

    Args:
        make: picklable; makes the stage inside a worker.
        workers: processes.
        on_death: the result of a record that kills its worker every time.

    Raises:
        EngineError: while results are taken: no worker could be started at all.
    """

    def __init__(self, make: Callable[[], Stage[T, R]], workers: int, on_death: Callable[[T], R]) -> None:
        self._make, self._workers, self._on_death = make, workers, on_death
        self._context = multiprocessing.get_context("spawn")
        self._ready = self._context.Event()
        self._pool = self._started()

    def map(self, batches: Iterable[list[T]]) -> Iterator[list[R]]:
        """Results of each batch, in the order of the batches; at most four batches per worker are under way."""
        window: deque[tuple[list[T], Future[list[R]]]] = deque()
        for batch in batches:
            window.append((batch, self._submit(batch)))
            if len(window) >= _BATCHES_PER_WORKER * self._workers:
                yield self._next(window)
        while window:
            yield self._next(window)

    def close(self) -> None:
        """Let the workers end their stages and go."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def kill(self) -> None:
        """End the workers at once; what they started dies with them."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        # A broken pool waits for ever for a worker that was being started when it broke: end every one.
        for process in processes:
            process.kill()
        for process in processes:
            process.join()

    def _next(self, window: deque[tuple[list[T], Future[list[R]]]]) -> list[R]:
        batch, future = window.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            self._renew()
        suspects = list(window)
        window.clear()
        result = self._alone(batch)
        window.extend(
            (other, future if _succeeded(future) else _finished(self._alone(other))) for other, future in suspects
        )
        return result

    def _alone(self, batch: list[T]) -> list[R]:
        """Run a suspect batch with nothing else under way; split it when it kills its worker."""
        try:
            return self._pool.submit(_run, batch).result()
        except BrokenProcessPool:
            self._renew()
        if len(batch) == 1:
            return [self._on_death(batch[0])]
        return [result for record in batch for result in self._alone([record])]

    def _submit(self, batch: list[T]) -> Future[list[R]]:
        try:
            return self._pool.submit(_run, batch)
        except BrokenProcessPool as error:
            future: Future[list[R]] = Future()
            future.set_exception(error)
            return future

    def _renew(self) -> None:
        self.kill()
        if not self._ready.is_set():
            hint = 'A script needs `if __name__ == "__main__":` around the call; see the first error above.'
            raise EngineError("the worker processes end as soon as they are started", hint=hint)
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, self._context, initializer=_start, initargs=(self._make, self._ready))


def _start(make: Callable[[], Any], ready: Event) -> None:
    global _stage
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    heap.keep_freed()
    _stage = make()
    heap.settle()
    ready.set()
    Finalize(None, _stage.close, exitpriority=100)


def _run(batch: list[Any]) -> list[Any]:
    results: list[Any] = _stage(batch)
    return results


def _succeeded(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _finished(result: list[R]) -> Future[list[R]]:
    future: Future[list[R]] = Future()
    future.set_result(result)
    return future
