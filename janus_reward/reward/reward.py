"""JanusReward: a batch of completions in, a reward or `None` for each out; what TRL's trainers call."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from janus_reward.dataset.single import triple_from
from janus_reward.errors import InputError
from janus_reward.judges import judge_named
from janus_reward.render.base import RenderSettings
from janus_reward.reward.completion import Answer, Text, answer
from janus_reward.reward.monitors import MONITORS, raised
from janus_reward.reward.pool import Pool
from janus_reward.reward.shaping import Rewarded, Shaping
from janus_reward.rubric import RubricSet
from janus_reward.stages import Finished, RenderStageConfig, ScoreStageConfig

_TOLD_BY_TRL = ("completion_ids", "trainer_state", "environments")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A completion's place among those for one prompt; `index` is where it stood."""

    index: int
    rewarded: Rewarded


class JanusReward:
    """Renders, measures and judges completions, on processes of its own, and gives each a reward in [0, 1].

    `None` says that a completion could not be scored: TRL leaves it out of the advantage. Zero is for completions
    without code, and for code that truly failed to render. The object pickles; workers start at the first call.

    Args:
        judge: name of a judge, path of a judge file, or `reward:PATH` of a trained reward model.
        workers: processes.
        limit_s: seconds of wall time for one completion; one that takes longer has no reward (`timeout`), and the
            worker that hangs is replaced.
        shaping: weights, floor and caps.
        defaults: fields of the SRC schema that every prompt shares, such as `{"language": "svg"}`.
        rubrics: folder whose rubric files replace the built-in ones.
        cache: folder that keeps renders between calls.
        seed: for every random choice.

    Raises:
        InputError: unknown judge, or a limit that is none; RubricError: a rubric file is wrong.
    """

    __name__ = "janus_reward"
    _workers: Pool | None
    _temporary: TemporaryDirectory[str] | None

    def __init__(
        self,
        judge: str = "evidence",
        *,
        workers: int = 2,
        limit_s: float = 40.0,
        shaping: Shaping | None = None,
        defaults: Mapping[str, Any] | None = None,
        rubrics: str | Path | None = None,
        cache: str | Path | None = None,
        seed: int = 0,
    ) -> None:
        if workers < 1 or limit_s <= 0:
            raise InputError("workers and limit_s are at least one and above zero")
        self._folder = Path(rubrics) if rubrics is not None else None
        judge_named(judge)
        RubricSet.load(self._folder)
        self.judge, self.workers, self.limit_s = judge, workers, limit_s
        self.shaping, self.defaults = shaping or Shaping(), dict(defaults or {})
        self._cache, self._seed = cache, seed
        self._start_empty()

    def __call__(
        self,
        prompts: Sequence[Text],
        completions: Sequence[Text],
        *,
        log_metric: Callable[[str, float], None] | None = None,
        log_extra: Callable[[str, list[Any]], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """Rewards in the order of the completions.

        Args:
            prompts: texts, or lists of messages.
            completions: the same, one for each prompt.
            log_metric: given by TRL; told means by criterion, shares of outcomes and monitors, the seconds of the
                call and, as a mean over the workers, those spent on rendering, measuring and judging.
            log_extra: given by TRL; told why a completion has no reward, or which monitors it set off.
            columns: the dataset's other columns, each a list as long as the completions; those with names of the SRC
                schema (`instruction`, `language`, `domain`, `task`, `reference`, `before`, `checklist`) are used.
        """
        start = time.perf_counter()
        rewarded = self.rewarded(prompts, completions, **columns)
        if log_metric is not None:
            seconds = {"seconds/call": time.perf_counter() - start, "seconds/workers": self._worked(rewarded)}
            for name, value in {**_metrics(rewarded), **seconds}.items():
                log_metric(f"janus/{name}", value)
        if log_extra is not None:
            log_extra("janus_reason", [item.reason or ",".join(item.monitors) for item in rewarded])
        return [item.value for item in rewarded]

    def rewarded(self, prompts: Sequence[Text], completions: Sequence[Text], **columns: Any) -> list[Rewarded]:
        """As a call, with the story of each reward."""
        rows = [_row(columns, at, len(completions)) for at in range(len(completions))]
        answers = [
            answer(prompt, completion, {**self.defaults, **row})
            for prompt, completion, row in zip(prompts, completions, rows, strict=True)
        ]
        coded = [at for at, item in enumerate(answers) if item.record["code"] is not None]
        with self._turn:
            start = time.perf_counter()
            found = self._pool().scored([triple_from(answers[at].record, row=at) for at in coded])
            self.seconds = time.perf_counter() - start
        results = dict(zip(coded, found, strict=True))
        return [self._one(item, results.get(at)) for at, item in enumerate(answers)]

    def rank(self, prompt: Text, completions: Sequence[Text], **fields: Any) -> list[Ranked]:
        """Best of n: the completions for one prompt from best to worst, those without a reward last.

        Args:
            prompt: what was asked.
            completions: answers to it.
            fields: of the SRC schema, for all of them.
        """
        columns = {name: [value] * len(completions) for name, value in fields.items()}
        rewarded = self.rewarded([prompt] * len(completions), completions, **columns)
        ranked = [Ranked(at, item) for at, item in enumerate(rewarded)]
        return sorted(ranked, key=lambda item: 1.0 if item.rewarded.value is None else -item.rewarded.value)

    def close(self) -> None:
        """End the workers and delete the temporary renders; another call starts new ones."""
        with self._turn:
            if self._workers is not None:
                self._workers.close()
            if self._temporary is not None:
                self._temporary.cleanup()
            self._workers, self._temporary = None, None

    def __enter__(self) -> JanusReward:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("_turn", "_workers", "_temporary")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._start_empty()

    def _start_empty(self) -> None:
        self._turn = threading.Lock()
        self._workers, self._temporary = None, None
        self.seconds = 0.0

    def _pool(self) -> Pool:
        if self._workers is None:
            self._temporary = TemporaryDirectory(prefix="janus-reward-")
            rendering = RenderStageConfig(
                Path(self._temporary.name),
                None if self._cache is None else Path(self._cache),
                RenderSettings(seed=self._seed),
            )
            self._workers = Pool(ScoreStageConfig(rendering, self.judge, self._folder), self.workers, self.limit_s)
        return self._workers

    def _worked(self, rewarded: Sequence[Rewarded]) -> float:
        return sum(sum(item.seconds.values()) for item in rewarded) / self.workers

    def _one(self, item: Answer, found: Finished | str | None) -> Rewarded:
        if found is None:
            return Rewarded(0.0, "no_code")
        if isinstance(found, str):
            return Rewarded(None, found)
        verdict = found.verdict
        if verdict is None or (found.error and not found.triple.error):
            return Rewarded(None, "engine_error", seconds=found.seconds)
        monitors = raised(item, verdict)
        value, reason = self.shaping.reward(verdict, monitors)
        criteria = {name: score.value for name, score in verdict.criteria.items()}
        return Rewarded(value, reason, monitors, criteria, found.render.outcome, found.seconds)


def _row(columns: Mapping[str, Any], at: int, count: int) -> dict[str, Any]:
    """The values of one row; what TRL tells beside the columns is left out."""
    lists = {name: values for name, values in columns.items() if name not in _TOLD_BY_TRL and isinstance(values, list)}
    short = [name for name, values in lists.items() if len(values) != count]
    if short:
        raise InputError(f"column {short[0]!r} has {len(lists[short[0]])} values for {count} completions")
    return {name: values[at] for name, values in lists.items()}


def _metrics(rewarded: Sequence[Rewarded]) -> dict[str, float]:
    """Means by criterion, shares of outcomes, of monitors set off, and of completions scored."""
    count = max(len(rewarded), 1)
    outcomes = Counter(item.outcome for item in rewarded if item.outcome)
    found = {f"outcome/{name}": number / count for name, number in sorted(outcomes.items())}
    found |= {f"monitor/{name}": sum(name in item.monitors for item in rewarded) / count for name in MONITORS}
    found["scored"] = sum(item.value is not None for item in rewarded) / count
    names = sorted({name for item in rewarded for name in item.criteria})
    for name in names:
        values = [value for item in rewarded if (value := item.criteria.get(name)) is not None]
        if values:
            found[f"criterion/{name}"] = sum(values) / len(values)
    return found
