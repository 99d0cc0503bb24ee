"""The parts of a rubric: conditions on the evidence, checks, criteria with their levels, gates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from janus_reward.sample import Sample
from janus_reward.triple import PICTURE_OUTCOMES, Evidence, Outcome, Reason

LEVELS = (1, 2, 3, 4, 5)

Level = Annotated[float, Field(ge=1, le=5)]
Words = Annotated[str, Field(min_length=3, max_length=600)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]

_NEEDS: Mapping[str, Reason] = {
    "instruction": "not_applicable",
    "code": "no_code",
    "picture": "no_render",
    "before": "not_applicable",
    "reference": "not_applicable",
}


class Part(BaseModel):
    """Anything written in a rubric file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Condition(Part):
    """What the evidence must say: one signal against bounds, an outcome, or any / all of several conditions."""

    signal: str | None = None
    above: float | None = None
    below: float | None = None
    equals: float | None = None
    outcome: tuple[Outcome, ...] | None = None
    any: tuple[Condition, ...] | None = None
    all: tuple[Condition, ...] | None = None

    @field_validator("signal")
    @classmethod
    def _known_signal(cls, signal: str | None, info: ValidationInfo) -> str | None:
        known: Collection[str] = (info.context or {}).get("signals", ())
        if signal is not None and known and signal not in known:
            raise ValueError(f"unknown signal {signal!r}; the signals are listed in docs/evidence.md")
        return signal

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [kind for kind in ("signal", "outcome", "any", "all") if getattr(self, kind)]
        bounds = [bound for bound in (self.above, self.below, self.equals) if bound is not None]
        if len(kinds) != 1:
            raise ValueError("a condition has exactly one of signal, outcome, any, all")
        if (kinds == ["signal"]) != bool(bounds):
            raise ValueError("a signal, and nothing else, needs at least one of above, below, equals")
        return self

    @property
    def on_outcome(self) -> bool:
        """Whether an outcome of the render alone can make this true."""
        return bool(self.outcome) or any(part.on_outcome for part in self.any or ())

    def holds(self, evidence: Evidence, outcome: str) -> bool | None:
        """True, False, or `None` when a signal that would decide was not measured."""
        if self.outcome:
            return outcome in self.outcome
        if self.signal is not None:
            return self._bounded(evidence.signals.get(self.signal))
        parts = [part.holds(evidence, outcome) for part in self.any or self.all or ()]
        decisive = self.any is not None
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive

    def _bounded(self, value: float | None) -> bool | None:
        if value is None:
            return None
        above = self.above is None or value > self.above
        below = self.below is None or value < self.below
        return above and below and (self.equals is None or value == self.equals)


class Check(Part):
    """One yes / no question under a criterion; yes is good. `evidence` lets facts answer it."""

    question: Words
    evidence: Condition | None = None


class Criterion(Part):
    """One question of the rubric, answered on the 1-5 scale.

    Args:
        levels: what a person sees at each level, 1 (worst) to 5 (best).
        visual: True when it can only be answered by looking at a picture.
        needs: what must be there to answer it; `a|b` is satisfied by either.
        required: without a score for it there is no total.
        weight: share in the total, relative to the other weights.
        checks: yes / no questions by id.
    """

    name: Name
    question: Words
    levels: dict[int, Words]
    weight: Annotated[float, Field(gt=0, le=100)]
    visual: bool = False
    required: bool = True
    needs: tuple[str, ...] = ()
    checks: dict[Name, Check] = Field(default_factory=dict)

    @field_validator("levels")
    @classmethod
    def _worst_to_best(cls, levels: dict[int, str]) -> dict[int, str]:
        if tuple(levels) != LEVELS:
            raise ValueError("levels are 1, 2, 3, 4, 5: all five, written worst to best")
        return levels

    @field_validator("needs")
    @classmethod
    def _known_needs(cls, needs: tuple[str, ...]) -> tuple[str, ...]:
        for unknown in [part for need in needs for part in need.split("|") if part not in _NEEDS]:
            raise ValueError(f"unknown need {unknown!r}; known: {', '.join(_NEEDS)}")
        return needs

    def blocked(self, sample: Sample) -> Reason | None:
        """Why no judge can answer this for the sample, or `None` when one can."""
        triple, outcome = sample.triple, sample.render.outcome
        if triple.error is not None:
            return "bad_input"
        if self.visual and outcome not in PICTURE_OUTCOMES:
            return "not_applicable" if outcome == "not_needed" else "no_render"
        there = {
            "instruction": bool(triple.instruction and triple.instruction.strip()),
            "code": bool(triple.code and triple.code.strip()),
            "picture": bool(sample.stills) and outcome in PICTURE_OUTCOMES,
            "before": triple.before is not None,
            "reference": bool(sample.references),
        }
        for need in self.needs:
            if not any(there[part] for part in need.split("|")):
                return _NEEDS[need.split("|")[0]]
        return None


class Gate(Part):
    """A fact that caps scores, whatever the judge says. `cap` maps a criterion or `total` to the highest level left."""

    why: Words
    when: Condition
    cap: dict[str, Level]
