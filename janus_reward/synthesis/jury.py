"""The judge inside the loop: verdicts for executed candidates, all asked at once where the judge waits."""

from __future__ import annotations

from collections.abc import Sequence

from janus_reward.judges import Judge, judge_named, waits
from janus_reward.judges.base import Judgement
from janus_reward.judges.cost import Meter
from janus_reward.judges.loop import settled, submit
from janus_reward.ledger import Ledger
from janus_reward.rubric import Rubric, RubricSet
from janus_reward.synthesis.strategies.base import Executed
from janus_reward.triple import Verdict
from janus_reward.verdict import verdict


class Jury:
    """Judges candidates by the rubrics of the package.

    Args:
        named: a judge's name or file.

    Raises:
        InputError: there is no such judge.
    """

    def __init__(self, named: str) -> None:
        self._judge: Judge = judge_named(named)
        self._rubrics = RubricSet.load(None)
        self.name, self.revision = self._judge.name, self._judge.revision

    @property
    def criteria(self) -> tuple[str, ...]:
        """Names of the criteria that verdicts may have a score for."""
        return self._rubrics.criteria

    def attach(self, ledger: Ledger | None, meter: Meter) -> None:
        """Let a judge that asks a model use this ledger, and count on this meter."""
        if waits(self._judge):
            self._judge.attach(ledger, meter)

    def verdicts(self, candidates: Sequence[Executed]) -> list[Verdict]:
        """One verdict for each, in order. Raises what ends the run."""
        rubrics = [self._rubric(candidate) for candidate in candidates]
        judgements = self._judgements(candidates, rubrics)
        return [
            verdict(candidate.sample, candidate.evidence, rubric, judgement, self._judge)
            for candidate, rubric, judgement in zip(candidates, rubrics, judgements, strict=True)
        ]

    def close(self) -> None:
        """Close the judge's engine."""
        if waits(self._judge):
            submit(self._judge.aclose()).result()

    def _rubric(self, candidate: Executed) -> Rubric:
        triple = candidate.sample.triple
        return self._rubrics.pick(triple.domain, triple.task, triple.language)

    def _judgements(self, candidates: Sequence[Executed], rubrics: Sequence[Rubric]) -> list[Judgement]:
        judge = self._judge
        pairs = list(zip(candidates, rubrics, strict=True))
        if not waits(judge):
            return [judge.judge(candidate.sample, candidate.evidence, rubric) for candidate, rubric in pairs]
        waiting = judge

        async def every() -> list[Judgement]:
            return await settled(
                waiting.ajudge(candidate.sample, candidate.evidence, rubric) for candidate, rubric in pairs
            )

        return submit(every()).result()
