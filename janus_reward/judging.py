"""Judging many samples at once with a judge that waits: in order, bounded in memory, while the workers render on."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace

from janus_reward.errors import JanusError
from janus_reward.judges.base import Judgement, WaitingJudge
from janus_reward.judges.loop import submit
from janus_reward.rubric import Rubric, RubricSet
from janus_reward.sample import Sample
from janus_reward.stages import Finished, internal, unscored
from janus_reward.tracing import span
from janus_reward.triple import Evidence
from janus_reward.verdict import verdict as assemble

_LEAST_ROWS = 16


@dataclass(slots=True)
class _Row:
    """A measured record on its way through the judge."""

    measured: Finished
    judgement: Future[Judgement] | None
    start: float


class JudgeStream:
    """Turns measured records into scored ones.

    Args:
        judge: asks for all of them on the shared loop.
        rubrics: the rubrics of the run.
    """

    def __init__(self, judge: WaitingJudge, rubrics: RubricSet) -> None:
        self._judge, self._rubrics = judge, rubrics
        self._rows = max(_LEAST_ROWS, judge.in_flight)

    def map(self, batches: Iterable[list[Finished]]) -> Iterator[list[Finished]]:
        """Scored records, in order, as soon as all before them are scored too.

        Raises:
            JanusError: judging cannot go on; what was under way has ended and is in the ledger.
        """
        window: deque[_Row] = deque()
        try:
            for batch in batches:
                window.extend(self._begun(measured) for measured in batch)
                if done := self._ready(window, self._rows):
                    yield done
            while window:
                yield self._ready(window, len(window) - 1)
        except JanusError:
            wait([row.judgement for row in window if row.judgement is not None])
            raise
        except BaseException:
            for row in window:
                if row.judgement is not None:
                    row.judgement.cancel()
            raise

    def close(self) -> None:
        """Close the judge's engine."""
        submit(self._judge.aclose()).result()

    def _begun(self, measured: Finished) -> _Row:
        triple, sample = measured.triple, measured.sample
        if sample is None:
            return _Row(measured, None, 0.0)
        rubric = self._rubrics.pick(triple.domain, triple.task, triple.language)
        return _Row(measured, submit(self._judged(measured, sample, rubric)), time.perf_counter())

    async def _judged(self, measured: Finished, sample: Sample, rubric: Rubric) -> Judgement:
        with span("judge", row=measured.triple.row):
            return await self._judge.ajudge(sample, measured.evidence or Evidence({}), rubric)

    def _ready(self, window: deque[_Row], room: int) -> list[Finished]:
        """The finished head of the window; waits while more than `room` are left in it."""
        done: list[Finished] = []
        while window and (len(window) > room or window[0].judgement is None or window[0].judgement.done()):
            done.append(self._finished(window[0]))
            window.popleft()
        return done

    def _finished(self, row: _Row) -> Finished:
        measured = row.measured
        triple = measured.triple
        rubric = self._rubrics.pick(triple.domain, triple.task, triple.language)
        if row.judgement is None or measured.sample is None:
            verdict = unscored(triple, measured.render, self._judge.name, rubric)
            return replace(measured, verdict=verdict, sample=None, evidence=None)
        try:
            judgement = row.judgement.result()
        except JanusError:
            raise
        except Exception as error:  # noqa: BLE001 - a defect of ours becomes a row's error, as in the stages
            verdict = unscored(triple, measured.render, self._judge.name, rubric)
            return replace(measured, verdict=verdict, error=internal(error), sample=None, evidence=None)
        verdict = assemble(measured.sample, measured.evidence or Evidence({}), rubric, judgement, self._judge)
        seconds = {**measured.seconds, "judge": time.perf_counter() - row.start}
        return replace(measured, verdict=verdict, seconds=seconds, sample=None, evidence=None)
