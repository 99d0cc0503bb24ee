"""What a judge is: something that answers a rubric's criteria and checks for one sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from janus_reward.rubric import Rubric
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Score


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's answers, before gates and without a total.

    Args:
        scores: by criterion.
        checks: answers by `criterion.check`, or `checklist.N` for the triple's own questions from 1; absent or `None`
            where the judge cannot tell.
        seconds: time its engine spent, as the ledger holds it; 0 for a judge without an engine.
    """

    scores: Mapping[str, Score]
    checks: Mapping[str, bool | None] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0


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
