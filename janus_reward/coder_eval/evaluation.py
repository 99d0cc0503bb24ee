"""The run of an evaluation: answers, measures, grades, shard by shard, so that it goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from janus_reward.coder_eval.answers import Answer, Answers
from janus_reward.coder_eval.coder import Coder
from janus_reward.coder_eval.grading.grader import Grader, graded, grader_of
from janus_reward.coder_eval.items import Items
from janus_reward.coder_eval.measures import MEASURES
from janus_reward.coder_eval.results import EvalRun
from janus_reward.coder_eval.stage import EvalStageConfig, Measured
from janus_reward.coder_eval.suite import Suite, load_suite
from janus_reward.coder_eval.table import answer_row, answer_schema
from janus_reward.engines.local import LocalEngine
from janus_reward.errors import Stopped
from janus_reward.generation import Account
from janus_reward.judges import judge_named
from janus_reward.judges.loop import submit
from janus_reward.run.manifest import RunFolder
from janus_reward.run.schema import Row
from janus_reward.run.shards import ShardFolder
from janus_reward.scoring import Progress, versions
from janus_reward.stages import RenderStageConfig
from janus_reward.triple import Render

T = TypeVar("T")

_BATCH = 2
_SHARD = 32


def evaluate_coder(
    coder: Coder | str,
    suite: str,
    out: str | Path,
    *,
    data: str | Path | None = None,
    grader: str | None = None,
    limit: int | None = None,
    workers: int | None = None,
    ledger: str | Path | None = None,
    cache: str | Path | None = None,
    budget: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> EvalRun:
    """Evaluate a coder on a suite into a run folder; the same call goes on where it stopped.

    Args:
        coder: the model, or the whole request as a `Coder`.
        suite: name of a suite of the package, or path of a suite file.
        out: the run folder; gets `answers/part-*.parquet`, `manifest.json`, the ledger, and the pictures.
        data: folder that the suite's files lie in.
        grader: judge file of a model that sees pictures, for the metrics by grader; without it they are left out.
        limit: only the first items.
        workers: processes that render and run; all cores when `None`.
        ledger: folder of the ledger, shared between runs; the run folder when `None`.
        cache: folder that keeps renders between runs.
        budget: the most that coder and grader may cost together, as for `score dataset`.
        on_progress: called after every few answers.

    Raises:
        InputError: suite, items, model or grader cannot be used. RunConflict: the folder belongs to another run.
        EndpointRefused: the endpoint rejects us. EndpointDown, DiskError, Stopped: the same call goes on.
    """
    asked = Coder(coder) if isinstance(coder, str) else coder
    rules, path = load_suite(suite)
    rules = asked.sampled(rules)
    items = Items(rules, Path(data) if data else None, limit)
    with ExitStack() as stack:
        account = Account(Path(ledger) if ledger else Path(out), budget)
        answers = asked.answers(rules, path.parent, account)
        judge = grader_of(grader, rules, account) if grader else None
        metrics = tuple(name for name in rules.metrics if judge or MEASURES[name].by != "grader")
        settings = _settings(rules, items, answers, judge, metrics, limit)
        folder = RunFolder(Path(out), settings, {"suite": suite, "coder": asked.model, "versions": versions()})
        stack.callback(folder.close)
        if not folder.manifest.get("finished"):
            if account.generators:
                stack.callback(account.close)
                account.open(folder)
            render = RenderStageConfig(Path(out) / "renders", Path(cache) if cache else None)
            work = _Work(answers, items, EvalStageConfig(render, metrics), judge, on_progress, account)
            _run(work, folder, workers or os.cpu_count() or 1)
    return EvalRun(out)


@dataclass(frozen=True, slots=True)
class _Work:
    answers: Answers
    items: Items
    stage: EvalStageConfig
    grader: Grader | None
    on_progress: Callable[[Progress], None] | None
    account: Account


def _run(work: _Work, folder: RunFolder, workers: int) -> None:
    started, before = time.monotonic(), float(folder.manifest["wall_s"])
    status = "stopped"
    try:
        _write(work, folder.path, workers)
        status = "done"
    except KeyboardInterrupt as error:
        hint = "Finished shards are safe; run the same command again to go on."
        raise Stopped(f"stopped by a signal; {folder.path} is incomplete", hint=hint) from error
    finally:
        folder.save(status=status, finished=status == "done", wall_s=before + time.monotonic() - started)


def _write(work: _Work, out: Path, workers: int) -> None:
    """Measure what is missing and write it shard by shard."""
    shards = ShardFolder(out / "answers", answer_schema(work.stage.metrics), _SHARD)
    number = shards.finished()
    done = resumed = shards.count()
    outcomes: Counter[str] = Counter()
    total = len(work.items) * work.answers.samples
    engine = LocalEngine(work.stage, workers, _dead)
    pending: list[Measured] = []
    try:
        for batch in engine.map(_batches(work.answers.stream(work.items, done), _BATCH)):
            pending += batch
            done += len(batch)
            if work.on_progress:
                outcomes.update("error" if measured.error else measured.render.outcome for measured in batch)
                work.on_progress(Progress(done, resumed, total, outcomes, work.account.spent))
            if len(pending) >= _SHARD:
                shards.write(number, _rows(pending[:_SHARD], work))
                del pending[:_SHARD]
                number += 1
        if pending or number == 0:
            shards.write(number, _rows(pending, work))
    except BaseException:
        engine.kill()
        raise
    engine.close()


def _rows(measured: list[Measured], work: _Work) -> list[Row]:
    """The rows of a shard; what a grader is to look at is graded first, all of it at once."""
    names = [name for name in work.stage.metrics if MEASURES[name].by == "grader"]
    whole = submit(graded(measured, work.grader, names)).result() if work.grader and names else measured
    return [answer_row(one, work.stage.metrics) for one in whole]


def _settings(
    suite: Suite, items: Items, answers: Answers, grader: Grader | None, metrics: tuple[str, ...], limit: int | None
) -> dict[str, Any]:
    said = json.dumps(answers.identity(), sort_keys=True, default=str)
    return {
        "command": "eval coder",
        "suite": suite.model_dump(mode="json"),
        "items_sha256": items.fingerprint(),
        "coder": {"name": answers.called, "sha256": hashlib.sha256(said.encode()).hexdigest()},
        "grader": None if grader is None else {"name": grader.called, "sha256": grader.sha256},
        "judge": judge_named("evidence").revision if "rubric" in metrics else None,
        "metrics": list(metrics),
        "limit": limit,
        "janus_reward": version("janus-reward"),
    }


def _dead(answer: Answer) -> Measured:
    message = "the worker process died on this answer each time it was tried"
    return Measured(answer, Render("failed", message=message), {}, error=message)


def _batches(answers: Iterator[T], size: int) -> Iterator[list[T]]:
    batch: list[T] = []
    for answer in answers:
        batch.append(answer)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
