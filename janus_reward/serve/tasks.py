"""What the workers serve: rendering and scoring, judging by a judge that waits, asking the index."""

from __future__ import annotations

import io
import json
import os
import pickle
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from janus_reward.dataset.single import enclosed_triple
from janus_reward.errors import JanusError
from janus_reward.judges import Judgement, WaitingJudge, judge_named, waits
from janus_reward.judges.cost import Budget, Meter
from janus_reward.judges.loop import submit
from janus_reward.ledger import FILE, Ledger
from janus_reward.rubric import RubricSet
from janus_reward.sample import Sample
from janus_reward.serve.answers import render_answer, verdict_answer
from janus_reward.serve.child import Reply
from janus_reward.stages import (
    Finished,
    MeasureStage,
    MeasureStageConfig,
    RenderStage,
    ScoreStage,
    ScoreStageConfig,
    internal,
    unscored,
)
from janus_reward.tracing import continued
from janus_reward.triple import Evidence, Triple
from janus_reward.verdict import verdict as assemble

Record = Mapping[str, Any]

_WARM_INSTRUCTION = "A plain picture"


@dataclass(frozen=True, slots=True)
class Failed:
    """In place of an answer: what stopped our own machinery."""

    error: JanusError


@dataclass(frozen=True, slots=True)
class StageWork:
    """How to make a worker that renders and measures, and scores when the judge does not wait."""

    stage: ScoreStageConfig | MeasureStageConfig

    def __call__(self) -> StageServing:
        """The serving itself."""
        return StageServing(self.stage)


class StageServing:
    """`("score" | "measure" | "render", record, include)` to an answer, one after the other.

    Args:
        config: of the stage.
    """

    def __init__(self, config: ScoreStageConfig | MeasureStageConfig) -> None:
        _give_way()
        self._stage: ScoreStage | MeasureStage = config()
        self._renders = RenderStage(config.render)
        self._measures = MeasureStage(MeasureStageConfig(config.render))
        self._store = config.render.store
        self._revision = judge_named(config.judge).revision if isinstance(config, ScoreStageConfig) else ""
        self._stage([enclosed_triple({"instruction": _WARM_INSTRUCTION, "render": _plain_png()})])

    def about(self) -> Mapping[str, Any]:
        """Nothing that the judge's own worker does not tell."""
        return {}

    def take(self, message: bytes, reply: Reply) -> None:
        """Do it now."""
        kind, record, include = pickle.loads(message)
        try:
            triple = enclosed_triple(record)
            answer = self._made(kind, triple, include)
        except JanusError as error:
            answer = Failed(error)
        reply(pickle.dumps(answer))

    def close(self) -> None:
        """End the renderers."""
        self._stage.close()
        self._renders.close()
        self._measures.close()

    def _made(self, kind: str, triple: Triple, include: Sequence[str]) -> Any:
        if kind == "render":
            return self._drawn(triple, include)
        return self._measures([triple])[0] if kind == "measure" else self._done(triple, include)

    def _done(self, triple: Triple, include: Sequence[str]) -> Any:
        (finished,) = self._stage([triple])
        return finished if finished.verdict is None else verdict_answer(finished, self._revision, include)

    def _drawn(self, triple: Triple, include: Sequence[str]) -> Any:
        (finished,) = self._renders([triple])
        return render_answer(finished, self._store if "pictures" in include else None)


@dataclass(frozen=True, slots=True)
class JudgeWork:
    """How to make the worker of the judge."""

    judge: str
    rubrics: Path | None
    ledger: Path
    budget: str | None

    def __call__(self) -> JudgeServing:
        """The serving itself."""
        return JudgeServing(self)


class JudgeServing:
    """`(measured record, include, trace)` to a verdict, many at once: the engine makes batches of what has come.

    Raises:
        JanusError: the judge cannot be made, or its endpoint lacks what it needs.
    """

    def __init__(self, work: JudgeWork) -> None:
        self._judge = judge_named(work.judge)
        self._rubrics = RubricSet.load(work.rubrics)
        self._ledger: Ledger | None = None
        if waits(self._judge):
            self._ledger = Ledger(work.ledger / FILE)
            meter = Meter(Budget.parse(work.budget) if work.budget else None, uuid.uuid4().hex)
            self._judge.attach(self._ledger, meter)
            submit(self._judge.prepare()).result()

    def about(self) -> Mapping[str, Any]:
        """The judge and its rubrics."""
        rubrics = {
            name: json.loads(rubric.model_dump_json(by_alias=True)) for name, rubric in self._rubrics.rubrics.items()
        }
        hashes = {name: rubric.sha256 for name, rubric in self._rubrics.rubrics.items()}
        return {
            "judge": self._judge.name,
            "revision": self._judge.revision,
            "waits": waits(self._judge),
            "in_flight": self._judge.in_flight if waits(self._judge) else 1,
            "rubrics": rubrics,
            "sha256": hashes,
        }

    def take(self, message: bytes, reply: Reply) -> None:
        """Begin judging; the reply follows when it is done."""
        measured, include, trace = pickle.loads(message)
        judge: WaitingJudge = self._judge  # type: ignore[assignment]
        triple = measured.triple
        rubric = self._rubrics.pick(triple.domain, triple.task, triple.language)
        if measured.sample is None:
            broken = replace(measured, verdict=unscored(triple, measured.render, judge.name, rubric))
            reply(pickle.dumps(verdict_answer(broken, judge.revision, include)))
            return
        began = time.perf_counter()
        with continued(trace):
            work = submit(judge.ajudge(measured.sample, measured.evidence or Evidence({}), rubric))

        def done(judging: Future[Judgement]) -> None:
            seconds = {**measured.seconds, "judge": time.perf_counter() - began}
            reply(pickle.dumps(self._answer(replace(measured, seconds=seconds), include, judging)))

        work.add_done_callback(done)

    def close(self) -> None:
        """Close engine and ledger."""
        if waits(self._judge):
            submit(self._judge.aclose()).result()
        if self._ledger is not None:
            self._ledger.close()

    def _answer(self, measured: Finished, include: Sequence[str], judging: Future[Judgement]) -> Any:
        triple = measured.triple
        rubric = self._rubrics.pick(triple.domain, triple.task, triple.language)
        try:
            judgement = judging.result()
            sample: Sample = measured.sample  # type: ignore[assignment]
            verdict = assemble(sample, measured.evidence or Evidence({}), rubric, judgement, self._judge)
            finished = replace(measured, verdict=verdict)
        except JanusError as error:
            return Failed(error)
        except Exception as error:  # noqa: BLE001 - a defect of ours becomes the triple's error, as in the stages
            verdict = unscored(triple, measured.render, self._judge.name, rubric)
            finished = replace(measured, verdict=verdict, error=internal(error))
        return verdict_answer(finished, self._judge.revision, include)


@dataclass(frozen=True, slots=True)
class IndexWork:
    """How to make the worker of the index."""

    folder: Path

    def __call__(self) -> IndexServing:
        """The serving itself."""
        return IndexServing(self.folder)


class IndexServing:
    """`(records, add)` to matches, one request after the other.

    Args:
        folder: of the index; made when absent.

    Raises:
        RunConflict: damaged, of another version, or in use.
    """

    def __init__(self, folder: Path) -> None:
        from janus_reward.dedup import DedupIndex
        from janus_reward.dedup.index_folder import known_settings

        self._index = DedupIndex(folder, known_settings(folder))
        self._matches([{"instruction": _WARM_INSTRUCTION, "code": _WARM_INSTRUCTION}], add=False)

    def about(self) -> Mapping[str, Any]:
        """How many documents there are, and how they are compared."""
        return {"documents": len(self._index), "settings": self._index.settings.as_dict()}

    def take(self, message: bytes, reply: Reply) -> None:
        """Do it now."""
        records, add = pickle.loads(message)
        try:
            answer: Any = self._matches(records, add)
        except JanusError as error:
            answer = Failed(error)
        reply(pickle.dumps(answer))

    def close(self) -> None:
        """Give the index free."""
        self._index.close()

    def _matches(self, records: Sequence[Record], add: bool) -> dict[str, Any]:
        from janus_reward.dedup.reading import batch_of

        triples = [enclosed_triple(record, row) for row, record in enumerate(records)]
        look: Callable[..., Any] = self._index.add if add else self._index.query
        removed = {row["row"]: row for row in look([batch_of(triples)]).removed.to_pylist()}
        return {
            "matches": [_match(triple, removed.get(triple.row)) for triple in triples],
            "documents": len(self._index),
        }


def _match(triple: Triple, removal: Mapping[str, Any] | None) -> dict[str, Any]:
    if removal is None:
        return {"id": triple.id, "duplicate": False}
    told = {name: removal[name] for name in ("kind", "modality", "similarity")}
    return {"id": triple.id, "duplicate": True, "of": removal["survivor_id"], **told}


def _give_way() -> None:
    """Let what has little to do, such as the web process, run at once when it wakes, although this process computes."""
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _plain_png() -> bytes:
    """Large enough that everything is loaded which a picture may need."""
    from PIL import Image

    buffer = io.BytesIO()
    image = Image.new("RGB", (960, 600), "white")
    image.paste((200, 30, 30), (80, 80, 400, 400))
    image.save(buffer, "PNG")
    return buffer.getvalue()
