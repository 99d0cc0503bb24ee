"""The library's door: scoring one, many, in an event loop; and filtering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import janus_reward as jr
from janus_reward.triple import Score, Verdict

CIRCLE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><circle cx="50" cy="50" r="{}" fill="red"/></svg>'
)


def record(radius: int) -> dict[str, object]:
    return {"instruction": "Draw an SVG: a red circle", "code": CIRCLE.format(radius)}


@pytest.fixture(scope="module")
def scorer() -> Iterator[jr.Scorer]:
    with jr.Scorer(judge="evidence") as scorer:
        yield scorer


@pytest.mark.e2e
def test_a_verdict_has_a_score_and_its_criteria(scorer: jr.Scorer) -> None:
    verdict = scorer.score(instruction="Draw an SVG: a red circle", code=CIRCLE.format(40))
    assert verdict.score is not None
    assert 1 <= verdict.score <= 5
    assert verdict.criteria["visual_fidelity"].score is not None
    picture = scorer.picture(verdict)
    assert picture is not None
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.e2e
def test_many_keeps_the_order_and_reads_only_a_little_ahead(scorer: jr.Scorer) -> None:
    taken = 0

    def source() -> Iterator[dict[str, object]]:
        nonlocal taken
        for radius in range(10, 40):
            taken += 1
            yield record(radius)

    verdicts = scorer.score_many(source())
    first = next(verdicts)
    assert first.triple is not None
    assert first.triple.code == CIRCLE.format(10)
    assert taken == 1


@pytest.mark.e2e
def test_the_async_twins_give_the_same(scorer: jr.Scorer) -> None:
    async def source() -> AsyncIterator[dict[str, object]]:
        yield record(20)
        yield record(0)

    async def run() -> tuple[Verdict, list[Verdict], list[Verdict]]:
        one = await scorer.ascore(record(20))
        many = [verdict async for verdict in scorer.ascore_many([record(20), record(0)])]
        streamed = [verdict async for verdict in scorer.ascore_many(source())]
        return one, many, streamed

    one, many, streamed = asyncio.run(run())
    assert one.score == many[0].score == streamed[0].score == scorer.score(record(20)).score
    assert many[1].render is not None
    assert many[1].render.outcome == "blank"


@pytest.mark.e2e
def test_a_bad_record_is_a_verdict_with_a_reason(scorer: jr.Scorer) -> None:
    verdict = scorer.score(instruction="A box", code=None, render="nowhere.png")
    assert (verdict.score, verdict.reason) == (None, "bad_input")
    assert verdict.triple is not None
    assert "nowhere.png" in str(verdict.triple.error)


def test_nothing_to_score_and_an_unknown_judge_are_said_at_once() -> None:
    with pytest.raises(jr.JanusError, match="oracle"):
        jr.Scorer(judge="oracle")
    with jr.Scorer() as scorer, pytest.raises(jr.JanusError, match="nothing to score"):
        scorer.score()


def verdict(score: float | None, flags: tuple[str, ...] = (), **criteria: float | None) -> Verdict:
    return Verdict(
        score=score,
        reason=None if score is not None else "no_render",
        criteria={
            name: Score(value) if value is not None else Score.unscored("no_render") for name, value in criteria.items()
        },
        judge="evidence",
        rubric="chart-generate",
        rubric_sha256="0" * 64,
        flags=flags,
    )


@pytest.mark.parametrize(
    ("judged", "decision", "reason"),
    [
        (verdict(4.5, task_completion=4.0), "keep", "passes"),
        (verdict(3.9, task_completion=4.0), "drop", "score 3.90 < 4"),
        (verdict(4.5, task_completion=2.0), "drop", "task_completion 2.00 < 3"),
        (verdict(4.5, task_completion=None), "review", "task_completion unscored: no_render"),
        (verdict(4.5), "review", "task_completion unscored: not_applicable"),
        (verdict(None), "review", "unscored: no_render"),
        (verdict(5.0, flags=("grader_text",), task_completion=5.0), "drop", "flag grader_text"),
    ],
)
def test_a_filter_decides_with_the_first_reason(judged: Verdict, decision: str, reason: str) -> None:
    policy = jr.Filter(min_score=4, floors={"task_completion": 3})
    assert policy.decide(judged) == jr.Decision(decision, reason)  # type: ignore[arg-type]
    assert policy.keep(judged) == (decision == "keep")


@given(st.floats(1, 5), st.floats(1, 5))
def test_a_filter_without_floors_is_its_threshold(score: float, least: float) -> None:
    assert jr.Filter(min_score=least).keep(verdict(score)) == (score >= least)


@given(st.none() | st.floats(1, 5), st.none() | st.sampled_from(["no_render", "no_code"]))
def test_a_score_is_a_value_or_a_reason_and_never_both(value: float | None, reason: str | None) -> None:
    if (value is None) == (reason is None):
        with pytest.raises(ValueError, match="exactly one"):
            Score(value, reason)  # type: ignore[arg-type]
    else:
        assert Score(value, reason).value == value  # type: ignore[arg-type]
