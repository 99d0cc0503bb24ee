"""A rubric: criteria on a 1-5 scale, checks, weights and gates; and the totals that follow from them.

Files are read by `janus_reward.rubric_file`; here are the records, what a condition says of the evidence, and the totals.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from janus_reward.evidence.sample import Sample
from janus_reward.triple import PICTURE_OUTCOMES, TEXT_DOMAINS, Evidence, Outcome, Reason, Score

LEVELS = (1, 2, 3, 4, 5)
TOTAL = "total"
"""The name under which a gate caps the total."""

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
_LANGUAGE_DOMAINS = {
    "svg": "svg",
    "html": "webui",
    "vega": "chart",
    "vega-lite": "chart",
    "manim": "animation",
    "mermaid": "diagram",
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Condition(_Part):
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
        return bool(self.outcome) or builtin_any(part.on_outcome for part in self.any or ())

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


builtin_any = any


class Check(_Part):
    """One yes / no question under a criterion; yes is good. `evidence` lets facts answer it."""

    question: Words
    evidence: Condition | None = None


class Criterion(_Part):
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
            if not builtin_any(there[part] for part in need.split("|")):
                return _NEEDS[need.split("|")[0]]
        return None


class Gate(_Part):
    """A fact that caps scores, whatever the judge says. `cap` maps a criterion or `total` to the highest level left."""

    why: Words
    when: Condition
    cap: dict[str, Level]


class Rubric(_Part):
    """How triples of one domain and task are judged.

    Args:
        domains: the domains it is for; empty for any.
        criteria: by name, in the order they are asked and reported.
        gates: by id.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
    title: Words
    domains: tuple[str, ...]
    task: str
    questions: Annotated[dict[Name, Criterion], Field(alias="criteria", min_length=1)]
    gates: dict[Name, Gate] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _gates_name_criteria(self) -> Self:
        for id_, gate in self.gates.items():
            for unknown in [name for name in gate.cap if name not in self.questions and name != TOTAL]:
                raise ValueError(f"gate {id_!r} caps {unknown!r}, which is no criterion of this rubric")
        return self

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria in order."""
        return tuple(self.questions.values())

    @property
    def weights(self) -> dict[str, float]:
        """Weight by criterion."""
        return {criterion.name: criterion.weight for criterion in self.criteria}

    @property
    def checks(self) -> dict[str, tuple[Criterion, Check]]:
        """Every check with its criterion, by `criterion.id`."""
        return {f"{c.name}.{id_}": (c, check) for c in self.criteria for id_, check in c.checks.items()}

    @cached_property
    def sha256(self) -> str:
        """Of the content after `extends`, in canonical JSON."""
        content = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        ordered = {**content, "criteria": list(content["criteria"].values())}
        return _digest(json.dumps(ordered, sort_keys=True, ensure_ascii=False, separators=(",", ":")))

    def fired(self, evidence: Evidence, outcome: str) -> tuple[str, ...]:
        """Ids of the gates whose condition holds; an unmeasured condition fires nothing."""
        return tuple(id_ for id_, gate in self.gates.items() if gate.when.holds(evidence, outcome) is True)

    def capped(self, scores: Mapping[str, Score], gates: Collection[str]) -> dict[str, Score]:
        """Scores after the gates' caps, in the rubric's order; a criterion without a score has the judge's reason."""
        return {name: _cap(scores[name], self._caps(name, gates)) for name in self.questions}

    def total(self, scores: Mapping[str, Score], gates: Collection[str]) -> Total:
        """The total of scores that the caps were already applied to.

        The weighted mean over the scored criteria, capped by the gates. There is no total when a required criterion has
        no score, save one: a gate on a render's outcome that caps the total excuses criteria that only lack a picture.
        """
        caps = self._caps(TOTAL, gates)
        excused = builtin_any(TOTAL in self.gates[id_].cap and self.gates[id_].when.on_outcome for id_ in gates)
        for criterion in self.criteria:
            reason = scores[criterion.name].reason
            if reason is not None and criterion.required and not (excused and reason == "no_render"):
                return Total(None, reason)
        scored = [(scores[name], weight) for name, weight in self.weights.items() if scores[name].value is not None]
        if not scored:
            return Total(None, scores[self.criteria[0].name].reason)
        mean = _mean([(cast(float, score.value), weight) for score, weight in scored])
        trusted = [(score.confidence, weight) for score, weight in scored if score.confidence is not None]
        share = sum(weight for _, weight in scored) / sum(self.weights.values())
        return Total(min([mean, *caps.values()]), None, _mean(trusted) * share if trusted else None)

    def _caps(self, name: str, gates: Collection[str]) -> dict[str, float]:
        return {id_: gate.cap[name] for id_, gate in self.gates.items() if id_ in gates and name in gate.cap}


@dataclass(frozen=True, slots=True)
class Total:
    """A total on 1-5 or the reason why there is none."""

    value: float | None
    reason: Reason | None
    confidence: float | None = None


def _cap(score: Score, caps: Mapping[str, float]) -> Score:
    if score.value is None or not caps or min(caps.values()) >= score.value:
        return score
    id_, cap = min(caps.items(), key=lambda item: (item[1], item[0]))
    words = f"gate {id_}: {score.value:.2f} capped at {cap:g}"
    interval = None if score.interval is None else (min(score.interval[0], cap), min(score.interval[1], cap))
    return replace(
        score, value=cap, interval=interval, rationale=f"{words}; {score.rationale}" if score.rationale else words
    )


def _mean(weighted: list[tuple[float, float]]) -> float:
    low, high = min(value for value, _ in weighted), max(value for value, _ in weighted)
    mean = sum(value * weight for value, weight in weighted) / sum(weight for _, weight in weighted)
    return min(max(mean, low), high)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
