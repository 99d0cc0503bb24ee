"""What a model is told about its last attempt: the failure, or the judge's critique."""

from __future__ import annotations

from collections.abc import Iterator

from janus_reward.triple import PICTURE_OUTCOMES, Decision, Render, Verdict

_MOST = 600


def of_render(render: Render) -> str | None:
    """Why there is no picture to judge; `None` when there is one, or none is needed or possible."""
    if render.outcome in (*PICTURE_OUTCOMES, "not_needed", "unsupported"):
        return None
    return f"{_SAID[render.outcome]}{': ' + render.message if render.message else ''}"[:_MOST]


def of_verdict(verdict: Verdict, decision: Decision) -> str:
    """The decision's reason, the weakest criterion with its rationale, and the checks that failed."""
    return "; ".join([decision.reason, *_weakest(verdict), *_failed(verdict)])[:_MOST]


_SAID = {
    "blank": "the picture is empty",
    "failed": "the program fails",
    "timeout": "the program does not end in time",
    "exceeded": "the program uses too much memory or output",
}


def _weakest(verdict: Verdict) -> Iterator[str]:
    scored = {name: score for name, score in verdict.criteria.items() if score.value is not None}
    if scored:
        name = min(scored, key=lambda at: scored[at].value or 0.0)
        said = f" ({scored[name].rationale})" if scored[name].rationale else ""
        yield f"weakest is {name.replace('_', ' ')} with {scored[name].value:.1f} of 5{said}"


def _failed(verdict: Verdict) -> Iterator[str]:
    asked = [check.question for check in verdict.checks if check.answer is False]
    if asked:
        yield "not fulfilled: " + " ".join(asked[:4])
