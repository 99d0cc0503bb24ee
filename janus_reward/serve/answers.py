"""From what the stages made to what the service answers: plain values, ready for JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from janus_reward.stages import Finished
from janus_reward.triple import Score, Still, Verdict

_NAMED = {"same": "tie"}


def verdict_answer(finished: Finished, revision: str, include: Sequence[str]) -> dict[str, Any]:
    """A `VerdictOut` of a scored record.

    Args:
        finished: with its verdict.
        revision: of the judge.
        include: parts that are told only when asked for.
    """
    verdict, triple = finished.verdict, finished.triple
    if verdict is None:
        raise ValueError("a scored record has a verdict")
    return {
        "id": triple.id,
        "score": verdict.score,
        "reason": verdict.reason,
        "confidence": verdict.confidence,
        "criteria": {name: _criterion(score, "rationales" in include) for name, score in verdict.criteria.items()},
        "outcome": None if finished.error else finished.render.outcome,
        "message": finished.render.message,
        "render_sha256": finished.render.stills[0].sha256 if finished.render.stills else None,
        "checks": _checks(verdict) if "checks" in include else [],
        "gates": list(verdict.gates),
        "flags": list(verdict.flags),
        "language": triple.language,
        "domain": triple.domain,
        "task": triple.task,
        "judge": verdict.judge,
        "judge_revision": revision,
        "rubric": verdict.rubric,
        "rubric_sha256": verdict.rubric_sha256,
        "tokens_in": verdict.tokens_in,
        "tokens_out": verdict.tokens_out,
        "seconds": {name: round(value, 6) for name, value in finished.seconds.items()},
        "error": finished.error,
        **_asked(verdict, include),
    }


def lost_answer(id_: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """The `VerdictOut` of a triple that ended its worker process each time it was tried."""
    return {
        "id": id_,
        "score": None,
        "reason": "engine_error",
        "confidence": None,
        "criteria": {},
        "outcome": None,
        "message": None,
        "render_sha256": None,
        "judge": about["judge"],
        "judge_revision": about["revision"],
        "rubric": "",
        "rubric_sha256": "",
        "tokens_in": 0,
        "tokens_out": 0,
        "seconds": {},
        "error": "the worker process died on this triple each time it was tried",
    }


def render_answer(finished: Finished, store: Path | None) -> dict[str, Any]:
    """A `RenderAnswer`; with the pictures when the store is given."""
    render = finished.render
    return {
        "outcome": render.outcome,
        "message": render.message,
        "language": finished.triple.language,
        "renderer": render.renderer,
        "stills": [_still(still, store) for still in render.stills],
        "facts": json.loads(json.dumps(dict(render.facts), default=str)),
        "seconds": round(render.seconds, 6),
        "error": finished.error or finished.triple.error,
    }


def difference(
    a: Mapping[str, Any], b: Mapping[str, Any], margin: float, pairwise: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A `CompareAnswer` from two verdicts: by totals of one rubric, or null with the reason.

    Args:
        a: verdict of the one.
        b: verdict of the other.
        margin: points of the totals that make a difference.
        pairwise: what a model said of the two in both orders; it decides then.
    """
    names = [name for name in a["criteria"] if name in b["criteria"]]
    apart = {name: _less(a["criteria"][name]["score"], b["criteria"][name]["score"]) for name in names}
    total = _less(a["score"], b["score"])
    reason = _incomparable(a, b)
    preferred = None
    if reason is None and total is not None:
        preferred = "tie" if abs(total) < margin else "a" if total > 0 else "b"
    if pairwise is not None:
        preferred, reason = _NAMED.get(pairwise["better"], pairwise["better"]), pairwise["reason"]
    told = {"preferred": preferred, "reason": reason, "difference": total, "criteria": apart, "pairwise": pairwise}
    return {**told, "a": a, "b": b}


def _incomparable(a: Mapping[str, Any], b: Mapping[str, Any]) -> str | None:
    unscored = [f"{name}: {one['reason']}" for name, one in (("a", a), ("b", b)) if one["score"] is None]
    if unscored:
        return "; ".join(unscored)
    return None if a["rubric_sha256"] == b["rubric_sha256"] else f"different rubrics: {a['rubric']}, {b['rubric']}"


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _criterion(score: Score, rationale: bool) -> dict[str, Any]:
    return {
        "score": score.value,
        "reason": score.reason,
        "confidence": score.confidence,
        "interval": score.interval,
        "rationale": score.rationale if rationale else None,
    }


def _checks(verdict: Verdict) -> list[dict[str, Any]]:
    names = ("id", "criterion", "question", "answer")
    return [{name: getattr(check, name) for name in names} for check in verdict.checks]


def _asked(verdict: Verdict, include: Sequence[str]) -> dict[str, Any]:
    evidence, asked = verdict.evidence, {}
    if evidence is not None and "evidence" in include:
        asked["evidence"] = dict(evidence.signals)
    if evidence is not None and "notes" in include:
        asked["notes"] = json.loads(json.dumps(dict(evidence.notes), default=str))
    return asked


def _still(still: Still, store: Path | None) -> dict[str, Any]:
    png = None
    if store is not None:
        png = base64.b64encode((store / still.sha256[:2] / f"{still.sha256}.png").read_bytes()).decode("ascii")
    return {"sha256": still.sha256, "width": still.width, "height": still.height, "at_s": still.at_s, "png": png}
