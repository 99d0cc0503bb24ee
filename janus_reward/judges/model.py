"""A judge that asks a language or vision-language model, by an engine, through the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from functools import lru_cache

from janus_reward.criterion import Criterion
from janus_reward.errors import InputError
from janus_reward.judges.asking import Asker, Case, Outcome
from janus_reward.judges.base import Judgement
from janus_reward.judges.cost import Meter
from janus_reward.judges.engine import engine_of
from janus_reward.judges.evidence import EvidenceJudge
from janus_reward.judges.facts import facts_of
from janus_reward.judges.loop import submit
from janus_reward.judges.model_file import ModelFile
from janus_reward.judges.modes.base import Ask, Judged
from janus_reward.judges.prompting import prompts_sha256
from janus_reward.judges.ready import Readiness
from janus_reward.ledger import Ledger
from janus_reward.rubric import Rubric
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Score


class ModelJudge:
    """Asks a model about each criterion, reads the replies strictly, and keeps every raw reply in the ledger.

    Args:
        file: the judge file.

    Raises:
        InputError: a key is not set, or the mode scores nothing. MissingExtra: the engine is not installed.
    """

    def __init__(self, file: ModelFile) -> None:
        if file.mode.name == "pairwise":
            raise InputError(
                "mode pairwise ranks two works and scores none",
                hint="Use janus_reward.judges.pairwise.PairJudge, or another mode.",
            )
        self._file = file
        self._engine = engine_of(file)
        self._ready = Readiness(file, self._engine)
        digest = file.digest(self._engine.identity.as_key())
        key = hashlib.sha256(f"{digest} {prompts_sha256()}".encode()).digest()
        self._asker = Asker(file, self._engine, self._ready, key)
        self.name = file.called
        self.revision = f"{file.revision or 'unpinned'}+{digest[:12]}+prompts.{prompts_sha256()[:12]}"

    @property
    def in_flight(self) -> int:
        """The most calls worth having under way."""
        return self._engine.in_flight

    def attach(self, ledger: Ledger | None, meter: Meter) -> None:
        """Use this ledger and count on this meter from now on; what the run paid before counts too."""
        self._asker.ledger, self._asker.meter = ledger, meter
        if ledger is not None and meter.run:
            paid = [line[1:] for line in ledger.spent(meter.run) if line[0] == self.name]
            meter.start_from(paid, self._file.prices)

    def judge(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> Judgement:
        """`ajudge` for callers without an event loop."""
        return submit(self.ajudge(sample, evidence, rubric)).result()

    async def ajudge(
        self, sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None = None
    ) -> Judgement:
        """Ask about every criterion that this judge can answer; the rest has a reason.

        Raises:
            EndpointDown, EndpointRefused, BudgetSpent, DiskError: judging cannot go on at all.
        """
        await self._ready.settle(self._asker.ledger)
        known = self._known(sample, evidence, rubric)
        case, asks, asked = self._questions(sample, evidence, rubric, only)
        digest = case.digest() if asks else b""
        outcomes = await self._asker.ask_all([(ask, case, digest) for ask in asks])
        judged = self._judged(asked, outcomes)
        return Judgement(
            scores={**judged.scores, **known.scores},
            checks={**judged.checks, **known.checks},
            tokens_in=sum(outcome.tokens_in for outcome in outcomes),
            tokens_out=sum(outcome.tokens_out for outcome in outcomes),
            seconds=sum(outcome.seconds for outcome in outcomes),
            flags=tuple(sorted(judged.flags.union(*(outcome.flags for outcome in outcomes)))),
        )

    def expected(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> tuple[int, int, int]:
        """About what one sample costs when every reply is readable: calls, tokens in, tokens out."""
        case, asks, _ = self._questions(sample, evidence, rubric)
        requests = [self._asker.request(ask, case) for ask in asks]
        tokens_out = sum(request.max_tokens for request in requests) // 3
        return len(requests), sum(self._asker.estimate(request) for request in requests), tokens_out

    def priced(self, tokens_in: int, tokens_out: int) -> tuple[float | None, str | None]:
        """Money and currency for so many tokens; `None` without prices."""
        prices = self._file.prices
        return (None, None) if prices is None else (prices.money(tokens_in, tokens_out), prices.currency)

    async def prepare(self) -> float:
        """Run the self-test for what this judge needs; gives the latency of a tiny reply."""
        await self._ready.settle(self._asker.ledger)
        await self._ready.check()
        return self._ready.capabilities.seconds if self._ready.capabilities else 0.0

    async def aclose(self) -> None:
        """Close the engine."""
        await self._engine.aclose()

    def _questions(
        self, sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None = None
    ) -> tuple[Case, tuple[Ask, ...], list[Criterion]]:
        """The case, its questions, and the criteria that they are about."""
        wanted = [c for c in rubric.criteria if only is None or c.name in only]
        asked = [c for c in wanted if self._asks(c) and not c.blocked(sample)]
        case = Case(sample, rubric, facts_of(sample, evidence, vision=self._ready.vision))
        return case, self._ready.mode.asks(asked, sample.triple.checklist), asked

    def _asks(self, criterion: Criterion) -> bool:
        return criterion.name not in self._file.evidence and (self._ready.vision or not criterion.visual)

    def _known(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> Judgement:
        """What is not asked: criteria left to the evidence judge, and those that take eyes which this judge lacks."""
        others = [c.name for c in rubric.criteria if not self._asks(c)]
        if not others:
            return Judgement({})
        blind = Score.unscored("not_applicable", "this judge sees no pictures")
        found = _evidence_judge().judge(sample, evidence, rubric) if self._file.evidence else Judgement({})
        scores = {name: found.scores[name] if name in self._file.evidence else blind for name in others}
        checks = {id_: answer for id_, answer in found.checks.items() if id_.partition(".")[0] in self._file.evidence}
        return Judgement(scores, checks)

    def _judged(self, criteria: Sequence[Criterion], outcomes: Sequence[Outcome]) -> Judged:
        """Scores of the criteria all of whose questions were answered; the others have the first reason."""
        failed: dict[str, Score] = {}
        for outcome in outcomes:
            if outcome.failure is not None:
                failed |= {name: outcome.failure for name in outcome.ask.criteria if name not in failed}
        whole = [criterion for criterion in criteria if criterion.name not in failed]
        answers = [(outcome.ask, outcome.answer) for outcome in outcomes if outcome.failure is None]
        judged = self._ready.mode.judged(whole, answers)
        return Judged({**judged.scores, **failed}, judged.checks, judged.flags)


@lru_cache(maxsize=1)
def _evidence_judge() -> EvidenceJudge:
    return EvidenceJudge()
