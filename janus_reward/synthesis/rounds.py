"""The loop: propose, generate, execute, judge, and again with what was wrong, until kept or out of tries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from janus_reward.engines.local import LocalEngine
from janus_reward.generation import Generator, Made
from janus_reward.judges.loop import settled, submit
from janus_reward.scorer import Filter
from janus_reward.synthesis import feedback
from janus_reward.synthesis.config import Drawing
from janus_reward.synthesis.execution import Candidate
from janus_reward.synthesis.job import Job, Step
from janus_reward.synthesis.jury import Jury
from janus_reward.synthesis.novelty import Novelty
from janus_reward.synthesis.prompts import request
from janus_reward.synthesis.quota import Quota
from janus_reward.synthesis.replies import NotUsable, code_of, instruction_of
from janus_reward.synthesis.strategies.base import Executed, Hopeless

_BATCH = 2


@dataclass(frozen=True, slots=True)
class Rounds:
    """Everything that jobs are made with.

    Args:
        generator: writes instructions and code.
        engine: runs and measures candidates.
        jury: judges them; `accept` says which verdicts are good enough.
        novelty: remembers the instructions of kept triples; `quota`: how many of each slice there are.
        tries: most rounds of one job.
        seed: for the seeds of the requests.
    """

    generator: Generator
    engine: LocalEngine[Candidate, Executed | str]
    jury: Jury
    accept: Filter
    novelty: Novelty
    quota: Quota
    drawing: Drawing
    tries: int
    seed: int

    def run(self, jobs: Sequence[Job]) -> None:
        """Take every job to its end, all of them one round at a time. Raises what ends the run."""
        for number in range(1, self.tries + 1):
            for job in jobs:
                self._start(job, number)
            self._make(jobs, "propose")
            self._make(jobs, "generate")
            self._execute([job for job in jobs if job.whole])
        for job in jobs:
            if job.status == "open":
                job.drop()

    def _start(self, job: Job, number: int) -> None:
        """The next try of an open job; where its slice is full it is dropped before anything is asked."""
        if job.status == "open" and self.quota.full(job.plan.slice):
            job.drop("quota")
        elif job.status == "open":
            job.tries = number

    def _make(self, jobs: Sequence[Job], step: Step) -> None:
        """Ask for what is missing, all at once; read the replies in the order of the jobs."""
        asked = [job for job in jobs if job.needs(step)]

        async def every() -> list[Made]:
            room = asyncio.Semaphore(self.generator.in_flight)
            return await settled(self._asked(job, step, room) for job in asked)

        for job, made in zip(asked, submit(every()).result() if asked else [], strict=True):
            job.paid(made)
            self._read(job, step, made)

    async def _asked(self, job: Job, step: Step, room: asyncio.Semaphore) -> Made:
        async with room:
            return await self.generator.ask(request(job, step, self.drawing, self.seed))

    def _read(self, job: Job, step: Step, made: Made) -> None:
        if made.reason is not None:
            words = "it was cut off before its end; write less" if made.reason == "truncated" else "there was no answer"
            job.fail(step, made.reason, words, made.text)
            return
        job.said[step] = (made.text, "")
        try:
            if step == "propose":
                self._proposed(job, instruction_of(made.text), made.text)
            else:
                job.code = code_of(made.text)
                job.reach("answered")
        except NotUsable as error:
            job.fail(step, "unusable_reply", str(error), made.text)

    def _proposed(self, job: Job, instruction: str, reply: str) -> None:
        job.reach("proposed")
        repeated = self.novelty.repeats(instruction, job.plan.scope)
        if repeated is not None:
            job.fail("propose", "near_duplicate", "that was asked before; make it about something else", reply)
            return
        job.reach("novel")
        job.instruction = instruction
        if job.code is not None:
            job.reach("answered")

    def _execute(self, jobs: Sequence[Job]) -> None:
        candidates = [
            Candidate(job.plan.triple(str(job.instruction), str(job.code)), job.plan.companion) for job in jobs
        ]
        results = [result for batch in self.engine.map(_batches(candidates)) for result in batch]
        sound: list[tuple[Job, Executed]] = []
        for job, result in zip(jobs, results, strict=True):
            if isinstance(result, str):
                job.status, job.reason = "error", result
            elif self._drawn(job, result):
                sound.append((job, result))
        for (job, _), found in zip(sound, self.jury.verdicts([executed for _, executed in sound]), strict=True):
            job.verdict = found
            self._decide(job)

    def _drawn(self, job: Job, executed: Executed) -> bool:
        """Whether there is something to judge that passes the strategy's own check."""
        job.executed = executed
        render = executed.sample.render
        if (words := feedback.of_render(render)) is not None:
            job.fail(job.maker, render.outcome, words)
            return False
        job.reach("drawn")
        if (words := job.strategy.wrong(job.plan, executed)) is not None:
            job.fail(job.maker, "check", words)
            if isinstance(words, Hopeless):
                job.drop()
            return False
        job.reach("checked")
        return True

    def _decide(self, job: Job) -> None:
        """Keep what the judge accepts and no job of the same round made; else hand the critique back."""
        verdict = job.verdict
        if verdict is None:
            return
        decision = self.accept.decide(verdict)
        if verdict.score is None:
            job.drop(decision.reason)
        elif decision.verdict != "keep":
            job.fail(job.maker, "score", feedback.of_verdict(verdict, decision))
        elif job.strategy.propose and self.novelty.repeats(str(job.instruction), job.plan.scope):
            job.drop("near_duplicate")
        elif self.quota.full(job.plan.slice):
            job.drop("quota")
        else:
            job.keep()
            self.quota.add(job.plan.slice)
            if job.strategy.propose:
                self.novelty.add(str(job.instruction), job.plan.id, job.plan.scope)


def _batches(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    for start in range(0, len(candidates), _BATCH):
        yield list(candidates[start : start + _BATCH])
