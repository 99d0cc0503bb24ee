"""The stages a batch of records goes through: render, measure, judge. Plain objects; every engine runs the same ones.

Nothing that happens to one record may lose it or its neighbours: an unexpected failure becomes that record's `error`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from janus_reward.errors import JanusError
from janus_reward.evidence import measure
from janus_reward.judges import judge_named
from janus_reward.render.base import RenderSettings
from janus_reward.render.farm import RenderFarm, RenderMode
from janus_reward.render.store import RenderStore
from janus_reward.rubric import Rubric, RubricSet
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Render, Score, Triple, Verdict
from janus_reward.verdict import verdict as assemble

__all__ = ["Finished", "RenderStage", "RenderStageConfig", "ScoreStage", "ScoreStageConfig"]

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Finished:
    """What a stage made of one record.

    Args:
        triple, render: always there.
        verdict: of a scored record; carries its triple, render and evidence.
        seconds: wall seconds by stage name.
        error: what went wrong in our own machinery, in one line.
        sample, evidence: of a measured record that is still to be judged.
    """

    triple: Triple
    render: Render
    verdict: Verdict | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None
    sample: Sample | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class RenderStageConfig:
    """How to make a RenderStage inside a worker. `store` and `cache` are folders of render stores."""

    store: Path
    cache: Path | None = None
    settings: RenderSettings = field(default_factory=RenderSettings)
    mode: RenderMode = "auto"

    def __call__(self) -> RenderStage:
        """The stage itself."""
        return RenderStage(self)


@dataclass(frozen=True, slots=True)
class ScoreStageConfig:
    """How to make a ScoreStage inside a worker: how to render, which judge, which rubrics (built-in when `None`)."""

    render: RenderStageConfig
    judge: str = "evidence"
    rubrics: Path | None = None

    def __call__(self) -> ScoreStage:
        """The stage itself."""
        return ScoreStage(self)


@dataclass(frozen=True, slots=True)
class MeasureStageConfig:
    """How to make a MeasureStage inside a worker."""

    render: RenderStageConfig

    def __call__(self) -> MeasureStage:
        """The stage itself."""
        return MeasureStage(self)


class RenderStage:
    """Triples to renders, and nothing more."""

    def __init__(self, config: RenderStageConfig) -> None:
        self._store = RenderStore(config.store, config.cache)
        self._farm = RenderFarm(self._store, config.settings, config.mode)

    def __call__(self, batch: list[Triple]) -> list[Finished]:
        """Render each triple."""
        return [self._one(triple) for triple in batch]

    def sample(self, triple: Triple) -> Sample:
        """A triple with all its pictures."""
        return self._farm.sample(triple)

    def measure(self, sample: Sample) -> Evidence:
        """The evidence of the last `sample`, none of a faulty row; what was decoded for it is not decoded again."""
        return measure(sample, self._farm.opened) if sample.triple.error is None else Evidence({})

    def close(self) -> None:
        """End the renderers."""
        self._farm.close()
        self._store.close()

    def _one(self, triple: Triple) -> Finished:
        start = time.perf_counter()
        try:
            render = self._farm.render(triple) if triple.error is None else Render("not_needed")
        except JanusError:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a defect of ours becomes a row's error
            return Finished(triple, Render("not_needed"), error=internal(error))
        return Finished(triple, render, seconds={"render": time.perf_counter() - start})


class MeasureStage:
    """Triples to measured samples: render and measure; the judging is done elsewhere, many at once."""

    def __init__(self, config: MeasureStageConfig) -> None:
        self._renders = RenderStage(config.render)

    def __call__(self, batch: list[Triple]) -> list[Finished]:
        """Measure each triple."""
        return [self._measured(triple) for triple in batch]

    def close(self) -> None:
        """End the renderers."""
        self._renders.close()

    def _measured(self, triple: Triple) -> Finished:
        watch = _Watch()
        sample = Sample(triple, Render("not_needed"))
        try:
            sample = watch.time("render", lambda: self._renders.sample(triple))
            evidence = watch.time("measure", lambda: self._renders.measure(sample))
        except JanusError:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a defect of ours becomes a row's error
            return Finished(triple, sample.render, seconds=watch.seconds, error=internal(error))
        return Finished(triple, sample.render, None, watch.seconds, triple.error, sample, evidence)


class ScoreStage:
    """Triples to verdicts: render, measure, judge, total."""

    def __init__(self, config: ScoreStageConfig) -> None:
        self._rubrics = RubricSet.load(config.rubrics)
        self._judge = judge_named(config.judge)
        self._renders = RenderStage(config.render)

    def __call__(self, batch: list[Triple]) -> list[Finished]:
        """Score each triple."""
        return [self.score(triple) for triple in batch]

    def score(self, triple: Triple) -> Finished:
        """Score one triple; a failure of our own becomes its error."""
        watch = _Watch()
        sample = Sample(triple, Render("not_needed"))
        try:
            sample = watch.time("render", lambda: self._renders.sample(triple))
            evidence = watch.time("measure", lambda: self._renders.measure(sample))
            verdict = watch.time("judge", lambda: self._judged(sample, evidence))
        except JanusError:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a defect of ours becomes a row's error
            return self._broken(sample, internal(error), watch.seconds)
        return Finished(triple, sample.render, verdict, watch.seconds, triple.error)

    def close(self) -> None:
        """End the renderers."""
        self._renders.close()

    def _judged(self, sample: Sample, evidence: Evidence) -> Verdict:
        triple = sample.triple
        rubric = self._rubrics.pick(triple.domain, triple.task, triple.language)
        judgement = self._judge.judge(sample, evidence, rubric)
        return assemble(sample, evidence, rubric, judgement, self._judge)

    def _broken(self, sample: Sample, error: str, seconds: Mapping[str, float]) -> Finished:
        triple = sample.triple
        rubric = self._rubrics.pick(triple.domain, triple.task, triple.language)
        verdict = unscored(triple, sample.render, self._judge.name, rubric)
        return Finished(triple, sample.render, verdict, seconds, error)


def unscored(triple: Triple, render: Render, judge: str, rubric: Rubric) -> Verdict:
    """The verdict of a record that our own machinery failed on: nothing scored, reason `engine_error`."""
    return Verdict(
        score=None,
        reason="engine_error",
        criteria={criterion.name: Score.unscored("engine_error") for criterion in rubric.criteria},
        judge=judge,
        rubric=rubric.name,
        rubric_sha256=rubric.sha256,
        triple=triple,
        render=render,
        evidence=Evidence({}),
    )


def dead_render(triple: Triple) -> Finished:
    """The result of a record that killed its worker process each time it was tried."""
    message = "the worker process died on this row each time it was tried"
    return Finished(triple, Render("failed", message=message), error=message)


def dead_verdict(judge: str, rubrics: RubricSet, triple: Triple) -> Finished:
    """`dead_render` with a verdict that says so."""
    dead = dead_render(triple)
    rubric = rubrics.pick(triple.domain, triple.task, triple.language)
    return Finished(triple, dead.render, unscored(triple, dead.render, judge, rubric), error=dead.error)


def internal(error: BaseException) -> str:
    """A defect of ours in one line, with the place it happened."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"internal error{place}: {type(error).__name__}: {error}. Please report it with this row."


class _Watch:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, stage: str, work: Callable[[], S]) -> S:
        start = time.perf_counter()
        try:
            return work()
        finally:
            self.seconds[stage] = time.perf_counter() - start
