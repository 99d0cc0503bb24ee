"""The embedded judge: an additive model over measured signals. No weights to download, no engine, no network."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from janus_reward.judges.base import Judgement
from janus_reward.judges.evidence_weights import Cell, Weights, load_weights
from janus_reward.rubric import Criterion, Rubric
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Score

_KNEE = 0.75
_TOLD = 4
_OUTCOME_TRUST = {"ok": 1.0, "not_needed": 1.0, "partial": 0.8}
_OTHER_TRUST = 0.6
_WIDEST = 3.9


@dataclass(frozen=True, slots=True)
class Push:
    """What one signal adds to a score."""

    signal: str
    value: float
    points: float


class EvidenceJudge:
    """Scores each criterion from the evidence: a base plus one contribution a signal.

    A signal that was not measured adds nothing and lowers the confidence. The weights come from a file; nothing else
    here knows a signal's name. Where people labelled such triples the score carries an interval, and the judge abstains
    (`disagreement`) when that says next to nothing.

    Args:
        weights: another weights file than the built-in one.
    """

    name = "evidence"

    def __init__(self, weights: Path | None = None) -> None:
        self._weights: Weights = load_weights(weights)
        self.revision = f"{self._weights.revision}+{_digest(self._weights.model_dump_json())[:12]}"

    def judge(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> Judgement:
        """Score what the evidence can see; the rest has a reason."""
        scores = {criterion.name: self._score(criterion, sample, evidence) for criterion in rubric.criteria}
        outcome = sample.render.outcome
        checks = {
            id_: check.evidence.holds(evidence, outcome) if check.evidence else None
            for id_, (_, check) in rubric.checks.items()
        }
        return Judgement(scores, {id_: answer for id_, answer in checks.items() if answer is not None})

    def _score(self, criterion: Criterion, sample: Sample, evidence: Evidence) -> Score:
        reason = criterion.blocked(sample)
        if reason is not None:
            return Score.unscored(reason)
        cell = self._weights.cell(criterion.name, sample.triple.domain, sample.triple.task)
        pushes = _pushes(cell, evidence) if cell else []
        if cell is None or not pushes:
            return Score.unscored("not_applicable", "none of the signals that would tell was measured")
        value = squash(cell.base + math.fsum(push.points for push in pushes))
        confidence = _coverage(cell, pushes) * _OUTCOME_TRUST.get(sample.render.outcome, _OTHER_TRUST)
        score = Score(round(value, 4), confidence=round(confidence, 4), rationale=_rationale(cell.base, pushes))
        return cell.calibration.applied(score, _WIDEST) if cell.calibration else score


def squash(value: float) -> float:
    """A number on the open interval (1, 5): unchanged well inside it, strictly increasing everywhere."""
    if value > 5 - _KNEE:
        return 5 - _KNEE * math.exp((5 - _KNEE - value) / _KNEE)
    if value < 1 + _KNEE:
        return 1 + _KNEE * math.exp((value - 1 - _KNEE) / _KNEE)
    return value


def _pushes(cell: Cell, evidence: Evidence) -> list[Push]:
    measured = [(signal, evidence.signals.get(signal), curve) for signal, curve in cell.signals.items()]
    return [Push(signal, value, curve.at(value)) for signal, value, curve in measured if value is not None]


def _coverage(cell: Cell, pushes: list[Push]) -> float:
    """Share of the points that could have moved which were measured."""
    spans = math.fsum(curve.span for curve in cell.signals.values())
    return math.fsum(cell.signals[push.signal].span for push in pushes) / spans if spans else 0.0


def _rationale(base: float, pushes: list[Push]) -> str:
    moved = sorted(pushes, key=lambda push: (-abs(push.points), push.signal))[:_TOLD]
    words = [f"{push.signal}={push.value:.3g}: {push.points:+.2f}" for push in moved if round(push.points, 2)]
    return "; ".join([f"base {base:.2f}", *words])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
