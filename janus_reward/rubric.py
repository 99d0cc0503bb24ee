"""A rubric: criteria with weights and gates, and the totals that follow from them.

Files are read by `janus_reward.rubric_file`; the parts are in `janus_reward.criterion`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum
from pathlib import Path
from typing import Annotated, Self, cast

from pydantic import Field, model_validator

from janus_reward.criterion import Check, Criterion, Gate, Name, Part, Words
from janus_reward.triple import TEXT_DOMAINS, Evidence, Reason, Score

__all__ = ["Check", "Criterion", "Gate", "Rubric", "RubricSet", "Total"]

TOTAL = "total"
"""The name under which a gate caps the total."""
GENERAL = "general-generate"
"""The rubric for whatever has none of its own."""

_LANGUAGE_DOMAINS = {
    "svg": "svg",
    "html": "webui",
    "vega": "chart",
    "vega-lite": "chart",
    "manim": "animation",
    "mermaid": "diagram",
}


class Rubric(Part):
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

    def serves(self, domain: str | None, task: str) -> bool:
        """Whether this is the rubric for a domain (`None`: the one for any domain) and a task."""
        return task == self.task and (domain in self.domains if domain else not self.domains)

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
        excused = any(TOTAL in self.gates[id_].cap and self.gates[id_].when.on_outcome for id_ in gates)
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


@dataclass(frozen=True, slots=True)
class RubricSet:
    """The rubrics of a run, by name."""

    rubrics: Mapping[str, Rubric]

    @classmethod
    def load(cls, folder: Path | None = None) -> RubricSet:
        """The built-in rubrics; those in a folder come before the ones of the same name or domain and task.

        Raises:
            InputError: the folder cannot be read or holds no rubric.
            RubricError: a file is wrong; the message names file and line.
        """
        from janus_reward.rubric_file import load_rubrics

        return cls(load_rubrics(folder))

    def pick(self, domain: str | None, task: str | None, language: str | None) -> Rubric:
        """The rubric for a triple: that of its domain and task, else the one of its task for any domain."""
        domain = domain or _LANGUAGE_DOMAINS.get(language or "")
        task = task or "generate"
        family = "algorithm" if domain in TEXT_DOMAINS else None
        for wanted in ((domain, task), (family, task), (family, "generate") if family else (None, task)):
            for rubric in self.rubrics.values():
                if rubric.serves(*wanted):
                    return rubric
        return self.rubrics[GENERAL]

    @property
    def criteria(self) -> tuple[str, ...]:
        """Names of the criteria of all rubrics, each once, the most general first."""
        names = [criterion.name for rubric in self.rubrics.values() for criterion in rubric.criteria]
        ordered = [criterion.name for criterion in self.rubrics[GENERAL].criteria]
        return tuple(dict.fromkeys([*ordered, *sorted(names)]))

    @property
    def sha256(self) -> str:
        """Over the names and hashes of all rubrics."""
        return _digest("\n".join(f"{name} {rubric.sha256}" for name, rubric in sorted(self.rubrics.items())))


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
    mean = fsum(value * weight for value, weight in weighted) / fsum(weight for _, weight in weighted)
    return min(max(mean, low), high)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
