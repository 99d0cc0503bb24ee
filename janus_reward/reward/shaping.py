"""From a verdict to a reward in [0, 1], or `None`: weights, the floor of what renders, caps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from janus_reward.errors import InputError
from janus_reward.reward.monitors import CAPS, MONITORS
from janus_reward.triple import Outcome, Verdict

FAILED: frozenset[Outcome] = frozenset({"failed", "exceeded", "blank"})
"""Outcomes that are the code's own fault: reward zero. A `timeout` is not: it depends on how busy the machine is."""


@dataclass(frozen=True, slots=True)
class Rewarded:
    """One completion's reward with its story.

    Args:
        value: in [0, 1], or `None`: no signal.
        reason: why there is none, or why it is zero; `None` for an ordinary reward.
        monitors: names of those that were set off.
        criteria: scores on 1-5, `None` where unscored.
        seconds: wall time in the worker by stage.
    """

    value: float | None
    reason: str | None = None
    monitors: tuple[str, ...] = ()
    criteria: Mapping[str, float | None] = field(default_factory=dict)
    outcome: str | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shaping:
    """How a verdict becomes a reward.

    Args:
        weights: by criterion, instead of the rubric's total; criteria that do not apply to a triple are passed over.
        floor: reward of a triple that renders and scores 1; failing is below it.
        caps: highest reward by monitor; those of `CAPS` that are not named stay.

    Raises:
        InputError: a weight, cap or floor cannot be used.
    """

    weights: Mapping[str, float] | None = None
    floor: float = 0.1
    caps: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.caps) - set(MONITORS))
        if unknown:
            raise InputError(f"unknown monitor {unknown[0]!r}", hint=f"Monitors: {', '.join(MONITORS)}.")
        if not 0 <= self.floor < 1 or not all(0 <= cap <= 1 for cap in self.caps.values()):
            raise InputError("floor and caps are rewards in [0, 1]", hint="For instance floor=0.1, caps={'long': 0.5}.")
        if self.weights is not None and not (self.weights and all(value > 0 for value in self.weights.values())):
            raise InputError("weights are positive numbers by criterion", hint="For instance {'task_completion': 2}.")

    def reward(self, verdict: Verdict, monitors: tuple[str, ...]) -> tuple[float | None, str | None]:
        """The reward, and why it is zero or `None`."""
        if verdict.triple is not None and verdict.triple.error:
            return None, "bad_input"
        if verdict.render is not None and verdict.render.outcome in FAILED:
            return 0.0, verdict.render.outcome
        score, reason = self._score(verdict)
        if score is None:
            return None, reason
        value = self.floor + (1 - self.floor) * (score - 1) / 4
        caps = {**CAPS, **self.caps}
        return min([value, *(caps[name] for name in monitors)]), None

    def _score(self, verdict: Verdict) -> tuple[float | None, str | None]:
        if self.weights is None:
            return verdict.score, verdict.reason
        parts: list[tuple[float, float]] = []
        for name, weight in self.weights.items():
            score = verdict.criteria.get(name)
            if score is None or score.reason == "not_applicable":
                continue
            if score.value is None:
                return None, score.reason
            parts.append((weight, score.value))
        if not parts:
            return None, "not_applicable"
        return math.fsum(w * value for w, value in parts) / math.fsum(w for w, _ in parts), None
