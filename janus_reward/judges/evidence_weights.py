"""The evidence judge's weights: for each criterion a base and one monotone piecewise-linear curve a signal."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from janus_reward.evidence import SIGNALS
from janus_reward.rubric_file import describe, read_document

_BUILT_IN = Path(__file__).with_name("evidence_weights.yaml")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _known_signal(name: str, info: ValidationInfo) -> str:
    known = (info.context or {}).get("signals", ())
    if known and name not in known:
        raise ValueError(f"unknown signal {name!r}; the signals are listed in docs/evidence.md")
    return name


Signal = Annotated[str, AfterValidator(_known_signal)]


class Curve(_Part):
    """Points a signal adds: straight lines between (signal value, points) knots, flat outside them.

    A file writes the list of knots alone.
    """

    knots: tuple[tuple[float, float], ...] = Field(min_length=2)

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, content: object) -> object:
        return {"knots": content} if isinstance(content, list) else content

    @field_validator("knots")
    @classmethod
    def _monotone(cls, knots: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if any(left[0] >= right[0] for left, right in pairwise(knots)):
            raise ValueError("signal values must increase from knot to knot")
        rises = [right[1] - left[1] for left, right in pairwise(knots)]
        if min(rises) < 0 < max(rises):
            raise ValueError("the points must only rise or only fall: a curve is monotone")
        return knots

    @property
    def span(self) -> float:
        """How much the signal can move the score."""
        return abs(self.knots[-1][1] - self.knots[0][1])

    def at(self, value: float) -> float:
        """Points for a value of the signal."""
        if value <= self.knots[0][0]:
            return self.knots[0][1]
        for (x0, y0), (x1, y1) in pairwise(self.knots):
            if value <= x1:
                return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
        return self.knots[-1][1]


class CriterionWeights(_Part):
    """Base score and curves by signal; in a layer over another one, what it adds, replaces, or (null) takes away."""

    base: float | None = Field(default=None, ge=1, le=5)
    signals: dict[Signal, Curve | None] = Field(default_factory=dict)


class Weights(_Part):
    """Weights for any triple, and what domains and tasks add to them or replace."""

    revision: str
    criteria: dict[str, CriterionWeights]
    domains: dict[str, dict[str, CriterionWeights]] = Field(default_factory=dict)
    tasks: dict[str, dict[str, CriterionWeights]] = Field(default_factory=dict)

    def for_criterion(self, name: str, domain: str | None, task: str | None) -> tuple[float | None, dict[str, Curve]]:
        """Base (`None` when no layer gives one) and curves for a criterion of a triple."""
        layers = (self.criteria, self.domains.get(domain or "", {}), self.tasks.get(task or "", {}))
        base: float | None = None
        curves: dict[str, Curve | None] = {}
        for layer in layers:
            weights = layer.get(name, CriterionWeights())
            base = weights.base if weights.base is not None else base
            curves |= weights.signals
        return base, {signal: curve for signal, curve in curves.items() if curve is not None}


def load_weights(path: Path | None = None) -> Weights:
    """The weights of a file, or the built-in ones.

    Raises:
        InputError: the file cannot be read. RubricError: it is wrong; the message names file and line.
    """
    document = read_document(path or _BUILT_IN)
    try:
        return Weights.model_validate(document.content, context={"signals": SIGNALS})
    except ValidationError as error:
        raise describe(error, document) from None
