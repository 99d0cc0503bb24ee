"""From a judgement to a verdict: what cannot be judged is unscored, gates cap, the total is computed here."""

from __future__ import annotations

from collections.abc import Iterator

from janus_reward.judges.base import Judge, Judgement
from janus_reward.rubric import Criterion, Rubric
from janus_reward.sample import Sample
from janus_reward.triple import CheckResult, Evidence, Score, Verdict

CHECKLIST_CRITERION = "task_completion"
"""The criterion that the questions of a triple's own checklist belong to."""


def verdict(sample: Sample, evidence: Evidence, rubric: Rubric, judgement: Judgement, judge: Judge) -> Verdict:
    """The verdict on a sample; a judge's own total, if it had one, plays no part.

    Args:
        sample: what was judged.
        evidence: what was measured of it.
        rubric: gives weights and gates.
        judgement: the judge's scores before gates; a score for what nobody can judge (no picture, no code) is ignored.
        judge: who judged.
    """
    judged = {criterion.name: _score(criterion, sample, judgement) for criterion in rubric.criteria}
    gates = () if sample.triple.error else rubric.fired(evidence, sample.render.outcome)
    scores = rubric.capped(judged, gates)
    total = rubric.total(scores, gates)
    return Verdict(
        score=total.value,
        reason=total.reason,
        criteria=scores,
        judge=judge.name,
        rubric=rubric.name,
        rubric_sha256=rubric.sha256,
        confidence=total.confidence,
        checks=tuple(_checks(sample, rubric, judgement)),
        gates=gates,
        flags=(*evidence.flags, *judgement.flags),
        tokens_in=judgement.tokens_in,
        tokens_out=judgement.tokens_out,
        seconds=judgement.seconds,
        triple=sample.triple,
        render=sample.render,
        evidence=evidence,
    )


def _score(criterion: Criterion, sample: Sample, judgement: Judgement) -> Score:
    reason = criterion.blocked(sample)
    if reason is not None:
        return Score.unscored(reason)
    return judgement.scores.get(criterion.name) or Score.unscored("engine_error", "the judge gave no score")


def _checks(sample: Sample, rubric: Rubric, judgement: Judgement) -> Iterator[CheckResult]:
    """Every check of the rubric, then the triple's own; one that the judge did not answer is `None`."""
    for id_, (criterion, check) in rubric.checks.items():
        yield CheckResult(id_, criterion.name, check.question, judgement.checks.get(id_))
    for number, question in enumerate(sample.triple.checklist, start=1):
        id_ = f"checklist.{number}"
        yield CheckResult(id_, CHECKLIST_CRITERION, question, judgement.checks.get(id_))
