"""Worker processes that score one record each at a time, under a limit; one that hangs is killed and replaced."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import IO, Any, cast

from janus_reward.errors import EngineError, JanusError
from janus_reward.reward.worker import receive, send
from janus_reward.stages import Finished
from janus_reward.triple import Triple

_START_S = 120.0


class WorkerGone(Exception):
    """The process ended, or was ended at its limit (`hung`), before it answered."""

    def __init__(self, hung: bool) -> None:
        super().__init__("hung" if hung else "died")
        self.hung = hung


class Pool:
    """Scores records on several processes.

    Args:
        make: picklable; makes a `ScoreStage` inside a worker.
        workers: processes.
        limit_s: seconds of wall time that one record may take.
    """

    def __init__(self, make: Callable[[], Any], workers: int, limit_s: float) -> None:
        self._make, self._limit_s = make, limit_s
        self._workers = [_Worker(make) for _ in range(workers)]

    def scored(self, triples: Sequence[Triple]) -> list[Finished | str]:
        """What came of each record, in order; for one without a result the reason: `timeout` or `engine_error`.

        Raises:
            JanusError: the workers cannot be started, or judging cannot go on at all.
        """
        waiting: SimpleQueue[int] = SimpleQueue()
        for at in range(len(triples)):
            waiting.put(at)
        found: list[Finished | str] = ["engine_error"] * len(triples)
        failures: list[JanusError] = []

        def work(place: int) -> None:
            try:
                while not failures:
                    at = waiting.get_nowait()
                    found[at] = self._one(place, triples[at])
            except Empty:
                return
            except JanusError as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(place,), daemon=True) for place in range(len(self._workers))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        return found

    def close(self) -> None:
        """End the workers and what they started."""
        for worker in self._workers:
            worker.end()

    def _one(self, place: int, triple: Triple) -> Finished | str:
        try:
            return self._workers[place].score(triple, self._limit_s)
        except WorkerGone as gone:
            self._workers[place] = _Worker(self._make)
            return "timeout" if gone.hung else "engine_error"


class _Worker:
    """One process; it starts up while its owner does other things."""

    def __init__(self, make: Callable[[], Any]) -> None:
        command = [sys.executable, "-m", "janus_reward.reward.worker"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._ready = False
        send(self._into, make)

    def score(self, triple: Triple, limit_s: float) -> Finished:
        """The stage's result. Raises WorkerGone; EngineError when the process never came up."""
        if not self._ready:
            self._wait_until_ready()
        return cast(Finished, self._answer(lambda: send(self._into, triple), limit_s))

    def end(self) -> None:
        """Let the process close its stage; kill it when it does not."""
        self._into.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._kill()
        self._outof.close()

    def _wait_until_ready(self) -> None:
        try:
            self._answer(lambda: None, _START_S)
        except WorkerGone as gone:
            hint = "What it printed stands above."
            raise EngineError(f"a worker of the reward {gone} while it started", hint=hint) from gone
        self._ready = True

    def _answer(self, ask: Callable[[], None], limit_s: float) -> Any:
        """The next message, or the end of the process at the limit."""
        hung = threading.Event()

        def at_limit() -> None:
            hung.set()
            self._process.kill()

        timer = threading.Timer(limit_s, at_limit)
        timer.daemon = True
        timer.start()
        try:
            ask()
            return receive(self._outof)
        except (EOFError, OSError) as error:
            self._kill()
            raise WorkerGone(hung.is_set()) from error
        finally:
            timer.cancel()

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def _into(self) -> IO[bytes]:
        return cast(IO[bytes], self._process.stdin)

    @property
    def _outof(self) -> IO[bytes]:
        return cast(IO[bytes], self._process.stdout)
