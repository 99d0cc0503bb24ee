"""What a judge is: something that answers a rubric's criteria and checks for one sample."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeGuard

from janus_reward.rubric import Rubric
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Score

if TYPE_CHECKING:
    from janus_reward.judges.cost import Meter
    from janus_reward.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's answers, before gates and without a total.

    Args:
        scores: by criterion.
        checks: answers by `criterion.check`, or `checklist.N` for the triple's own questions from 1; absent or `None`
            where the judge cannot tell.
        seconds: time its engine spent, as the ledger holds it; 0 for a judge without an engine.
        flags: warnings about the judging itself, e.g. `judge_contradiction`, `judge_cut_code`.
    """

    scores: Mapping[str, Score]
    checks: Mapping[str, bool | None] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    flags: tuple[str, ...] = ()


class Judge(Protocol):
    """Applies a rubric to a sample and its evidence. Same input and revision, same judgement."""

    @property
    def name(self) -> str:
        """What `--judge` calls it."""
        ...

    @property
    def revision(self) -> str:
        """Changes whenever the judge could judge differently."""
        ...

    def judge(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> Judgement:
        """Score each criterion or say why not; never raises for what the sample holds."""
        ...


class WaitingJudge(Judge, Protocol):
    """A judge that waits for something else (an endpoint, a batch): many samples are worth having under way."""

    @property
    def in_flight(self) -> int:
        """The most calls worth having under way."""
        ...

    def attach(self, ledger: Ledger | None, meter: Meter) -> None:
        """Use this ledger and count on this meter from now on."""
        ...

    async def ajudge(
        self, sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None = None
    ) -> Judgement:
        """As `judge`, on the loop of `janus_reward.judges.loop`; raises JanusError when judging cannot go on at all.

        Args:
            sample: what is judged.
            evidence: what was measured of it.
            rubric: gives criteria and checks.
            only: names of the criteria that are wanted; all of them when `None`.
        """
        ...

    def expected(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> tuple[int, int, int]:
        """About what one sample costs: calls, tokens in, tokens out."""
        ...

    def priced(self, tokens_in: int, tokens_out: int) -> tuple[float | None, str | None]:
        """Money and currency for so many tokens; `None` without prices."""
        ...

    async def prepare(self) -> float:
        """Try the engine before the run; gives the seconds that a reply takes. Raises when it lacks what is needed."""
        ...

    async def aclose(self) -> None:
        """Free what it holds."""
        ...


def waits(judge: Judge) -> TypeGuard[WaitingJudge]:
    """Whether a judge is a WaitingJudge."""
    return hasattr(judge, "ajudge")
