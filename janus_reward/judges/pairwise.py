"""Two works to one instruction, compared by a model in both orders; a preference that flips with the order is none.

Judges prefer a place: 10 to 17 % of their pairwise answers flip when the two are swapped (WebDevJudge, 2025), and no
instruction helps. So both orders are asked, and only what survives the swap counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from janus_reward.criterion import Criterion
from janus_reward.judges.asking import Asker, Case, Outcome, PairCase
from janus_reward.judges.cost import Meter
from janus_reward.judges.engine import engine_of
from janus_reward.judges.facts import facts_of
from janus_reward.judges.loop import submit
from janus_reward.judges.model_file import ModelFile
from janus_reward.judges.prompting import prompts_sha256
from janus_reward.judges.ready import Readiness
from janus_reward.ledger import Ledger
from janus_reward.rubric import Rubric
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Reason

Side = Literal["a", "b", "same"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One criterion's preference: a side, or the reason why there is none (`disagreement` where it flips)."""

    better: Side | None
    reason: Reason | None = None
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Preference:
    """Which of two works is better.

    Args:
        better: by the rubric's weights over the criteria that were decided; `None` where none was.
        choices: by criterion.
        tokens_in, tokens_out: of all replies, also of those from the ledger.
    """

    better: Side | None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class Entrant:
    """One of the two works, with what was measured of it."""

    sample: Sample
    evidence: Evidence


class PairJudge:
    """Compares by a model judge file; its `mode` is set to pairwise.

    Args:
        file: engine, weights, sampling.
        ledger: where replies are kept and looked up.

    Raises:
        InputError: a key is not set. MissingExtra: the engine is not installed.
    """

    def __init__(self, file: ModelFile, ledger: Ledger | None = None, meter: Meter | None = None) -> None:
        self._file = file.model_copy(update={"mode": file.mode.model_copy(update={"name": "pairwise"})})
        self._engine = engine_of(self._file)
        self._ready = Readiness(self._file, self._engine)
        digest = self._file.digest(self._engine.identity.as_key())
        key = hashlib.sha256(f"{digest} {prompts_sha256()}".encode()).digest()
        self._asker = Asker(self._file, self._engine, self._ready, key)
        self._asker.ledger, self._asker.meter = ledger, meter or Meter()

    def compare(self, a: Entrant, b: Entrant, rubric: Rubric, only: Collection[str] | None = None) -> Preference:
        """`acompare` for callers without an event loop."""
        return submit(self.acompare(a, b, rubric, only)).result()

    async def acompare(self, a: Entrant, b: Entrant, rubric: Rubric, only: Collection[str] | None = None) -> Preference:
        """Ask each criterion that both works can be judged by, in both orders.

        Raises:
            EndpointDown, EndpointRefused, BudgetSpent, DiskError: judging cannot go on at all.
        """
        await self._ready.settle(self._asker.ledger)
        vision = self._ready.vision
        one, other = (Case(e.sample, rubric, facts_of(e.sample, e.evidence, vision=vision)) for e in (a, b))
        asks = self._ready.mode.asks(
            [c for c in self._askable(rubric, one, other) if only is None or c.name in only], ()
        )
        orders = [PairCase(one, other), PairCase(other, one)]
        # The order asked first is drawn from the pair and the seed, so that swapping the arguments changes no call.
        turned = _draw(self._file.sampling.seed, one.digest(), other.digest())
        cases = orders[::-1] if turned else orders
        digests = [case.digest() for case in cases]
        told = [(ask, case, digest) for ask in asks for case, digest in zip(cases, digests, strict=True)]
        outcomes = await self._asker.ask_all(told)
        pairs = [outcomes[at : at + 2] for at in range(0, len(outcomes), 2)]
        choices = {
            ask.criteria[0]: _chosen(*(pair[::-1] if turned else pair)) for ask, pair in zip(asks, pairs, strict=True)
        }
        tokens = (sum(outcome.tokens_in for outcome in outcomes), sum(outcome.tokens_out for outcome in outcomes))
        return Preference(_overall(choices, rubric), choices, *tokens)

    async def aclose(self) -> None:
        """Close the engine."""
        await self._engine.aclose()

    def _askable(self, rubric: Rubric, one: Case, other: Case) -> list[Criterion]:
        """Criteria that neither work blocks and that this judge has the eyes for."""
        seen = [c for c in rubric.criteria if self._ready.vision or not c.visual]
        return [c for c in seen if not c.blocked(one.sample) and not c.blocked(other.sample)]


def _draw(seed: int, a: bytes, b: bytes) -> bool:
    """Whether the second of the two goes first; the same pair the other way round gives the other answer."""
    low, high = sorted((a, b))
    first_is_low = hashlib.sha256(f"pair {seed}".encode() + low + high).digest()[0] % 2 == 0
    return (a == low) is not first_is_low


def _chosen(straight: Outcome, turned: Outcome) -> Choice:
    """What both orders say alike; `straight` had a in the first place, `turned` had b."""
    for outcome in (straight, turned):
        if outcome.failure is not None:
            return Choice(None, outcome.failure.reason, outcome.failure.rationale or "")
    sides: Mapping[str, tuple[Side, Side]] = {"first": ("a", "b"), "second": ("b", "a"), "same": ("same", "same")}
    one, other = sides[straight.answer.better][0], sides[turned.answer.better][1]
    told = straight.answer.reason
    if one != other:
        return Choice(None, "disagreement", f"{one} in one order, {other} in the other: {told}")
    return Choice(one, None, told)


def _overall(choices: Mapping[str, Choice], rubric: Rubric) -> Side | None:
    """The side with more weight; `same` where the decided criteria balance, `None` where none was decided."""
    weights = {criterion.name: criterion.weight for criterion in rubric.criteria}
    decided = {name: choice.better for name, choice in choices.items() if choice.better is not None}
    if not decided:
        return None
    lead = sum(weights[name] * {"a": 1, "b": -1, "same": 0}[side] for name, side in decided.items())
    return "a" if lead > 0 else "b" if lead < 0 else "same"
