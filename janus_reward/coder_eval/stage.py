"""The stage of an evaluation: answers to measured cases, rendered or run against their tests in the sandbox."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from janus_reward.coder_eval.answers import Answer
from janus_reward.coder_eval.items import Item
from janus_reward.coder_eval.measures import MEASURES, Case
from janus_reward.coder_eval.programs import ProgramRunner
from janus_reward.errors import JanusError
from janus_reward.evidence import measure
from janus_reward.judges import Judge, judge_named
from janus_reward.rubric import RubricSet
from janus_reward.sample import Sample
from janus_reward.stages import RenderStage, RenderStageConfig, internal
from janus_reward.triple import PICTURE_OUTCOMES, Evidence, Render, Score
from janus_reward.verdict import verdict


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one answer.

    Args:
        answer: as it came.
        render: of its code; `not_needed` for code that is tested.
        scores: by metric; a value or a reason.
        case: kept for graders, who look at the pictures; `None` when there are none.
        seconds: wall time by step: `render`, and each metric by its name.
        error: a defect of ours, in one line.
    """

    answer: Answer
    render: Render
    scores: Mapping[str, Score]
    case: Case | None = None
    message: str | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class EvalStageConfig:
    """How to make an EvalStage inside a worker.

    Args:
        metrics: names of `MEASURES`; those of graders are left to the caller.
        judge: name of a judge for the metric `rubric`; one that does not wait.
    """

    render: RenderStageConfig
    metrics: tuple[str, ...]
    judge: str = "evidence"

    def __call__(self) -> EvalStage:
        """The stage itself."""
        return EvalStage(self)


class EvalStage:
    """Measures answers, one after the other."""

    def __init__(self, config: EvalStageConfig) -> None:
        self._config = config
        self._renders = RenderStage(config.render)
        self._runner = ProgramRunner()
        self._judge: Judge | None = None
        self._graded = any(MEASURES[name].by == "grader" for name in config.metrics)

    def __call__(self, batch: list[Answer]) -> list[Measured]:
        """Measure each answer; a failure of our own becomes its error."""
        return [self._one(answer) for answer in batch]

    def close(self) -> None:
        """End the renderers and the tester."""
        self._renders.close()
        self._runner.close()

    def _one(self, answer: Answer) -> Measured:
        try:
            return self._measured(answer)
        except JanusError:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a defect of ours becomes an answer's error
            return Measured(answer, Render("not_needed"), {}, error=internal(error))

    def _measured(self, answer: Answer) -> Measured:
        if answer.item.triple.error is not None:
            return Measured(answer, Render("not_needed"), {}, error=answer.item.triple.error)
        if answer.code is None:
            reference = self._reference(answer.item) if answer.item.tests is None else None
            failed = {name: _failed(name, answer, reference) for name in self._config.metrics}
            return Measured(answer, Render("not_needed", message="the answer has no code"), failed)
        seconds: dict[str, float] = {}
        case, message = self._case(answer, seconds)
        scores = {name: self._score(name, case, seconds) for name in self._config.metrics}
        kept = case if self._graded and case.drawn else None
        return Measured(answer, case.sample.render, scores, kept, message, seconds)

    def _case(self, answer: Answer, seconds: dict[str, float]) -> tuple[Case, str | None]:
        """The answer run or drawn, beside its reference."""
        item = answer.item
        triple = replace(item.triple, code=item.program(answer.code or ""), renders=())
        start = time.perf_counter()
        if item.tests is not None:
            outcome = self._runner.run(answer.code or "", item.tests)
            seconds["tests"] = time.perf_counter() - start
            return Case(Sample(triple, Render("not_needed")), passed=outcome.passed), outcome.message
        sample = self._renders.sample(triple)
        seconds["render"] = time.perf_counter() - start
        return Case(sample, self._reference(item)), sample.render.message

    def _reference(self, item: Item) -> Sample | None:
        """The reference answer rendered; the store remembers it between samples and runs."""
        wanted = item.triple
        if wanted.code is None:
            return None
        code = item.program(wanted.code)
        return self._renders.sample(replace(wanted, code=code, renders=(), before=None, references=()))

    def _score(self, name: str, case: Case, seconds: dict[str, float]) -> Score:
        """One metric: what a failed answer has, what was measured, or why nothing was."""
        kind = MEASURES[name]
        start = time.perf_counter()
        if case.sample.render.outcome == "unsupported":
            score = Score.unscored("no_render", case.sample.render.message)
        elif _nothing_to_compare(name, case.reference):
            score = Score.unscored("not_applicable", "the reference answer draws nothing")
        elif kind.by == "judge":
            score = self._judged(case)
        elif kind.by == "grader":
            score = Score.unscored("engine_error", "no grader has looked") if case.drawn else _lowest(name)
        elif kind.function is None or (kind.by == "facts" and not case.drawn):
            score = _lowest(name)
        else:
            value = kind.function(case)
            score = Score.unscored("not_applicable", "nothing to compare with") if value is None else Score(value)
        seconds[name] = time.perf_counter() - start
        return score

    def _judged(self, case: Case) -> Score:
        """The judge's total; the judge is made when it is first asked for."""
        if self._judge is None:
            self._rubrics, self._judge = RubricSet.load(None), judge_named(self._config.judge)
        sample = case.sample
        triple = sample.triple
        rules = self._rubrics.pick(triple.domain, triple.task, triple.language)
        evidence = measure(sample) if triple.error is None else Evidence({})
        total = verdict(sample, evidence, rules, self._judge.judge(sample, evidence, rules), self._judge)
        return Score(total.score) if total.score is not None else Score.unscored(total.reason or "no_render")


def _failed(name: str, answer: Answer, reference: Sample | None) -> Score:
    """What an answer without code has: the lowest value, unless the engine or the reference is to blame."""
    if answer.reason in ("engine_error", "timeout", "budget"):
        return Score.unscored(answer.reason, answer.message)
    if _nothing_to_compare(name, reference):
        return Score.unscored("not_applicable", "the reference answer draws nothing")
    return _lowest(name)


def _nothing_to_compare(name: str, reference: Sample | None) -> bool:
    """Whether a metric holds answers against a reference that draws nothing itself."""
    return MEASURES[name].compares and reference is not None and reference.render.outcome not in PICTURE_OUTCOMES


def _lowest(name: str) -> Score:
    lowest = MEASURES[name].lowest
    return Score.unscored("no_render") if lowest is None else Score(lowest)
