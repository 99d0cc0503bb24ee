"""The library's door: score one triple, many, or from an event loop; and filter by verdict."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from janus_reward.dataset.single import triple_from
from janus_reward.engines.local import LocalEngine
from janus_reward.errors import InputError
from janus_reward.judges import judge_named
from janus_reward.render.base import RenderSettings
from janus_reward.render.farm import RenderMode
from janus_reward.rubric import RubricSet
from janus_reward.stages import Finished, RenderStageConfig, ScoreStage, ScoreStageConfig, dead_verdict
from janus_reward.triple import Decision, Triple, Verdict

_BATCH = 4


class Scorer:
    """Scores triples with one judge; keeps its sandbox and browser warm between calls. Use it as a context manager.

    Args:
        judge: name of a judge.
        rubrics: folder whose rubric files replace the built-in ones.
        render: `auto`, `always` or `never`, as on the command line.
        cache: folder that keeps the renders; a temporary one, deleted at the end, when `None`.
        seed: for every random choice.

    Raises:
        InputError: unknown judge; RubricError: a rubric file is wrong.
    """

    def __init__(
        self,
        judge: str = "evidence",
        *,
        rubrics: str | Path | None = None,
        render: RenderMode = "auto",
        cache: str | Path | None = None,
        seed: int = 0,
    ) -> None:
        self._resources = ExitStack()
        store = (
            Path(cache)
            if cache
            else Path(self._resources.enter_context(tempfile.TemporaryDirectory(prefix="janus-reward-")))
        )
        rubric_folder = Path(rubrics) if rubrics is not None else None
        self._rubrics, self._judge = RubricSet.load(rubric_folder), judge_named(judge)
        self._config = ScoreStageConfig(
            RenderStageConfig(store, None, RenderSettings(seed=seed), render), judge, rubric_folder
        )
        # One thread owns the sandbox and the browser, so that callers may come from any thread or event loop.
        self._thread = self._resources.enter_context(ThreadPoolExecutor(1, thread_name_prefix="janus-reward-scorer"))
        self._stage: ScoreStage | None = None
        self._rows = itertools.count()

    def score(self, triple: Triple | Mapping[str, Any] | None = None, /, **fields: Any) -> Verdict:
        """Render, measure and judge one triple.

        Args:
            triple: a Triple, or a record with the fields of the SRC schema.
            fields: the record's fields as keywords: `instruction`, `code`, `language`, `render`, `reference`, ...
        """
        return self._thread.submit(self._scored, self._read(triple, fields)).result()

    def score_many(self, triples: Iterable[Triple | Mapping[str, Any]], workers: int = 1) -> Iterator[Verdict]:
        """Verdicts in the order of the triples, while at most a few per worker are under way.

        Args:
            triples: any iterable; it is read as the verdicts are taken.
            workers: processes; 1 stays in this process and keeps its sandbox warm for later calls.
        """
        read = (self._read(triple, {}) for triple in triples)
        if workers == 1:
            yield from (self._thread.submit(self._scored, triple).result() for triple in read)
            return
        on_death = partial(dead_verdict, self._judge.name, self._rubrics)
        engine: LocalEngine[Triple, Finished] = LocalEngine(self._config, workers, on_death)
        try:
            for batch in engine.map(_batches(read)):
                yield from (_verdict(finished) for finished in batch)
        finally:
            engine.close()

    async def ascore(self, triple: Triple | Mapping[str, Any] | None = None, /, **fields: Any) -> Verdict:
        """`score` without blocking the event loop."""
        return await asyncio.wrap_future(self._thread.submit(self._scored, self._read(triple, fields)))

    async def ascore_many(
        self, triples: Iterable[Triple | Mapping[str, Any]] | AsyncIterable[Triple | Mapping[str, Any]]
    ) -> AsyncIterator[Verdict]:
        """`score_many` for an event loop; takes a plain or an asynchronous iterable."""
        async for triple in _each(triples):
            yield await self.ascore(triple)

    def picture(self, verdict: Verdict) -> Path | None:
        """The PNG file of the first picture that was judged; gone when the Scorer closes, unless `cache` was given."""
        if verdict.render is None or not verdict.render.stills:
            return None
        sha256 = verdict.render.stills[0].sha256
        return self._config.render.store / sha256[:2] / f"{sha256}.png"

    def close(self) -> None:
        """End the sandbox and the browser and delete the temporary renders."""
        if self._stage is not None:
            self._thread.submit(self._stage.close).result()
            self._stage = None
        self._resources.close()

    def __enter__(self) -> Scorer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, triple: Triple | Mapping[str, Any] | None, fields: Mapping[str, Any]) -> Triple:
        if isinstance(triple, Triple):
            return triple
        record = {**(triple or {}), **fields}
        if not record:
            raise InputError("nothing to score", hint="Give at least instruction= and code=, or a record.")
        return triple_from(record, row=next(self._rows))

    def _scored(self, triple: Triple) -> Verdict:
        if self._stage is None:
            self._stage = self._config()
        return _verdict(self._stage.score(triple))


@dataclass(frozen=True, slots=True)
class Filter:
    """A plain policy over verdicts: keep what is scored and good enough, review what could not be scored.

    Args:
        min_score: least total on 1-5.
        floors: least score by criterion.
        reject_flags: flags that drop a triple whatever its score.
        unscored: what to do with a triple without a total, or without a floored criterion.
    """

    min_score: float | None = None
    floors: Mapping[str, float] = field(default_factory=dict)
    reject_flags: frozenset[str] = frozenset({"grader_text"})
    unscored: Literal["keep", "drop", "review"] = "review"

    def decide(self, verdict: Verdict) -> Decision:
        """Keep, drop or review, with the first reason."""
        flagged = sorted(self.reject_flags.intersection(verdict.flags))
        if flagged:
            return Decision("drop", f"flag {flagged[0]}")
        if verdict.score is None:
            return Decision(self.unscored, f"unscored: {verdict.reason}")
        if self.min_score is not None and verdict.score < self.min_score:
            return Decision("drop", f"score {verdict.score:.2f} < {self.min_score:g}")
        for name, floor in self.floors.items():
            score = verdict.criteria.get(name)
            if score is None or score.value is None:
                return Decision(self.unscored, f"{name} unscored: {score.reason if score else 'not_applicable'}")
            if score.value < floor:
                return Decision("drop", f"{name} {score.value:.2f} < {floor:g}")
        return Decision("keep", "passes")

    def keep(self, verdict: Verdict) -> bool:
        """True when the decision is keep."""
        return self.decide(verdict).verdict == "keep"


def _verdict(finished: Finished) -> Verdict:
    if finished.verdict is None:
        raise ValueError("a scored record has a verdict")
    return finished.verdict


def _batches(triples: Iterator[Triple]) -> Iterator[list[Triple]]:
    while batch := list(itertools.islice(triples, _BATCH)):
        yield batch


async def _each(
    triples: Iterable[Triple | Mapping[str, Any]] | AsyncIterable[Triple | Mapping[str, Any]],
) -> AsyncIterator[Triple | Mapping[str, Any]]:
    if isinstance(triples, AsyncIterable):
        async for triple in triples:
            yield triple
    else:
        for triple in triples:
            yield triple
