"""The engine behind `score dataset` and `render`: read, run the stages, write shards, resume."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from janus_reward.dataset import Source, open_source
from janus_reward.engines.local import LocalEngine
from janus_reward.engines.ray_settings import RaySettings, settings_for
from janus_reward.errors import InputError, JanusError, Stopped
from janus_reward.evidence import SIGNALS, readers_asked
from janus_reward.judges import WaitingJudge, judge_named, waits
from janus_reward.judging import JudgeStream
from janus_reward.render.base import RenderSettings
from janus_reward.render.farm import RenderMode
from janus_reward.rubric import RubricSet
from janus_reward.run import Run
from janus_reward.run.manifest import RunFolder
from janus_reward.run.schema import TIMING_SCHEMA, Row, complete, render_row, render_schema, score_row, score_schema
from janus_reward.run.shards import ShardFolder
from janus_reward.spending import Purse
from janus_reward.stages import (
    Finished,
    MeasureStageConfig,
    RenderStageConfig,
    ScoreStageConfig,
    dead_render,
    dead_verdict,
)
from janus_reward.storage import anywhere
from janus_reward.tracing import span
from janus_reward.triple import Triple

if TYPE_CHECKING:
    from janus_reward.engines.ray_stage import RayEngine

_BATCH_ROWS = 4


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is, handed to the progress callback after every batch.

    Args:
        done: rows finished, those of earlier starts included.
        resumed: rows that earlier starts had finished.
        total: rows in the source, when known.
        outcomes: rows of this start by outcome; rows with an error count as `error`.
        spent: what the judge has cost so far, in words; empty for a judge that costs nothing.
    """

    done: int
    resumed: int
    total: int | None
    outcomes: Mapping[str, int]
    spent: str = ""


@dataclass(slots=True)
class _Job:
    """One command's work: which table, how a finished record becomes its row, which stage."""

    table: str
    schema: pa.Schema
    row: Callable[[Finished], Row]
    make: RenderStageConfig | ScoreStageConfig | MeasureStageConfig
    settings: dict[str, Any]
    on_death: Callable[[Triple], Finished]
    outcomes: dict[str, int] = field(default_factory=dict)
    purse: Purse | None = None
    stream: JudgeStream | None = None
    origin: str = ""
    ray: RaySettings | None = None

    def engine(self, workers: int | None) -> LocalEngine[Triple, Finished] | RayEngine:
        """What runs the stage."""
        if self.ray is None:
            return LocalEngine(self.make, workers or os.cpu_count() or 1, self.on_death)
        from janus_reward.engines.ray_stage import RayEngine

        return RayEngine(self.make, workers, self.on_death, self.ray)

    def finished(self, batches: Iterable[list[Finished]]) -> Iterable[list[Finished]]:
        """What the stage made, judged when the judge is one that waits."""
        return batches if self.stream is None else self.stream.map(batches)


@anywhere(sources=("src",), runs=("out",))
def score_dataset(
    src: str | Path,
    out: str | Path,
    *,
    judge: str = "evidence",
    rubrics: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    render: RenderMode = "auto",
    limit: int | None = None,
    workers: int | None = None,
    engine: str = "local",
    ray: str | Path | RaySettings | None = None,
    seed: int = 0,
    shard_rows: int = 256,
    cache: str | Path | None = None,
    ledger: str | Path | None = None,
    budget: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_notice: Callable[[str], None] | None = None,
) -> Run:
    """Score every triple of a dataset into a run folder; the same call resumes an unfinished run.

    Args:
        src: a file, a folder, a Hub id or an address, as in `janus_reward.dataset.open_source`.
        out: the run folder, or its address (`s3://...`).
        judge: name of a judge, or path of a judge file.
        rubrics: folder whose rubric files replace the built-in ones of the same domain and task.
        mapping: record field to path in the source's rows.
        render: `auto`, `always` or `never` (see `RenderFarm`).
        limit: only the first rows.
        workers: processes; all cores when `None`.
        engine: where the work runs: `local`, the processes of this machine; `ray`, a Ray cluster.
        ray: its settings, or the file that holds them (`docs/scale.md`).
        seed: for every random choice.
        shard_rows: rows per Parquet shard, the unit of resuming.
        cache: folder that keeps renders between runs, so that another rubric or judge renders nothing again.
        ledger: folder of the ledger of raw replies, shared between runs; the run folder when `None`.
        budget: the most that all starts of this run may cost: `"12.50"` (money) or `"3M tokens"`.
        on_progress: called after every batch.
        on_notice: told the forecast, and what was wrong with the ledger.

    Raises:
        InputError: the source or an option cannot be used.
        RunConflict: the folder belongs to another run.
        EndpointRefused: the judge's endpoint rejects us or lacks what the judge needs.
        DiskError, Stopped, EndpointDown: the run stopped between two shards; the same call goes on.
    """
    on_ray = settings_for(engine, ray)
    rubric_folder = Path(rubrics) if rubrics is not None else None
    rubric_set, the_judge = RubricSet.load(rubric_folder), judge_named(judge)
    settings = RenderSettings(seed=seed)
    criteria = rubric_set.criteria
    store, shared = Path(out) / "renders", Path(cache) if cache is not None else None
    rendering = RenderStageConfig(store, shared, settings, render)
    waiting = the_judge if waits(the_judge) else None
    job = _Job(
        table="scores",
        schema=score_schema(criteria, list(SIGNALS)),
        row=lambda finished: complete(_scored(finished, the_judge.revision), criteria),
        make=MeasureStageConfig(rendering) if waiting else ScoreStageConfig(rendering, judge, rubric_folder),
        settings={
            "command": "score dataset",
            "judge": {"name": the_judge.name, "revision": the_judge.revision},
            "rubrics_sha256": rubric_set.sha256,
            "render": render,
            "render_settings": asdict(settings),
            "seed": seed,
            **({"readers": readers} if (readers := readers_asked()) else {}),
        },
        on_death=partial(dead_verdict, the_judge.name, rubric_set),
        stream=JudgeStream(waiting, rubric_set) if waiting else None,
        purse=_purse(waiting, rubric_set, Path(out), ledger, budget, on_notice),
        origin=str(src),
        ray=on_ray,
    )
    source = open_source(str(src), mapping=mapping, limit=limit)
    return _run(job, source, Path(out), mapping, limit, workers, shard_rows, on_progress)


@anywhere(sources=("src",), runs=("out",))
def render_dataset(
    src: str | Path,
    out: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    render: RenderMode = "auto",
    limit: int | None = None,
    workers: int | None = None,
    engine: str = "local",
    ray: str | Path | RaySettings | None = None,
    seed: int = 0,
    shard_rows: int = 256,
    cache: str | Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Run:
    """Render every triple of a dataset into a run folder with a table `outcomes/`; arguments as in `score_dataset`."""
    settings = RenderSettings(seed=seed)
    job = _Job(
        table="outcomes",
        schema=render_schema(),
        row=lambda finished: render_row(finished.triple, finished.render, finished.error),
        make=RenderStageConfig(Path(out) / "renders", Path(cache) if cache is not None else None, settings, render),
        settings={"command": "render", "render": render, "render_settings": asdict(settings), "seed": seed},
        on_death=dead_render,
        ray=settings_for(engine, ray),
    )
    source = open_source(str(src), mapping=mapping, limit=limit)
    return _run(job, source, Path(out), mapping, limit, workers, shard_rows, on_progress)


def _from(out: Path, src: str) -> str | None:
    """The path of the source relative to the run folder, for later steps that read it; `None` of a Hub id."""
    return os.path.relpath(Path(src).resolve(), out.resolve()) if src and Path(src).exists() else None


def _run(
    job: _Job,
    source: Source,
    out: Path,
    mapping: Mapping[str, str] | None,
    limit: int | None,
    workers: int | None,
    shard_rows: int,
    on_progress: Callable[[Progress], None] | None,
) -> Run:
    job.settings |= {
        "source_sha256": source.fingerprint(),
        "map": dict(mapping or {}),
        "limit": limit,
        "shard_rows": shard_rows,
        "janus_reward": version("janus-reward"),
    }
    info = {
        "source": source.name,
        "source_path": _from(out, job.origin),
        "engine": "local" if job.ray is None else "ray",
        "workers": workers,
        "versions": versions(),
    }
    folder = RunFolder(out, job.settings, info)
    started, before = time.monotonic(), float(folder.manifest["wall_s"])
    try:
        if folder.manifest.get("finished"):
            folder.save(status="done")
            return Run(out)
        if job.purse is not None:
            job.purse.open(folder, source)
        rows = _write(job, source, out, workers, shard_rows, on_progress)
        folder.save(status="done", finished=True, rows=rows, wall_s=before + time.monotonic() - started)
        folder.save(summary=_counts(Run(out)))
    except (KeyboardInterrupt, JanusError) as error:
        _stopped(folder, before + time.monotonic() - started)
        if isinstance(error, KeyboardInterrupt):
            hint = "Finished shards are safe; run the same command again to go on."
            raise Stopped(f"stopped by a signal; {out} is incomplete", hint=hint) from error
        raise
    finally:
        if job.purse is not None:
            job.purse.close()
        folder.close()
    return Run(out)


def _write(
    job: _Job,
    source: Source,
    out: Path,
    workers: int | None,
    shard_rows: int,
    on_progress: Callable[[Progress], None] | None,
) -> int:
    """Score what is missing and write it shard by shard; returns the rows of the whole run."""
    shards = ShardFolder(out / job.table, job.schema, shard_rows)
    timings = ShardFolder(out / "timings", TIMING_SCHEMA, shard_rows)
    number = shards.finished()
    done = resumed = shards.count()
    total = source.count() if on_progress else None
    engine = job.engine(workers)
    pending: list[Finished] = []
    try:
        for batch in job.finished(engine.map(_Batches(source, resumed, job.ray.rows if job.ray else _BATCH_ROWS))):
            pending += batch
            done += len(batch)
            if on_progress:
                _count(job.outcomes, batch)
                on_progress(Progress(done, resumed, total, job.outcomes, job.purse.spent if job.purse else ""))
            while len(pending) >= shard_rows:
                _write_shard(job, shards, timings, number, pending[:shard_rows])
                del pending[:shard_rows]
                number += 1
        if pending or number == 0:
            _write_shard(job, shards, timings, number, pending)
    except BaseException:
        engine.kill()
        raise
    engine.close()
    if job.stream is not None:
        job.stream.close()
    return done


def _write_shard(
    job: _Job, shards: ShardFolder, timings: ShardFolder, number: int, finished: Sequence[Finished]
) -> None:
    """Timings first: a shard of scores that exists always has its timings beside it."""
    with span("shard", number=number, rows=len(finished)):
        timings.write(number, [_timing(item) for item in finished])
        shards.write(number, [job.row(item) for item in finished])


def _timing(finished: Finished) -> Row:
    seconds = {f"{stage}_s": value for stage, value in finished.seconds.items()}
    return {"id": finished.triple.id, "row": finished.triple.row, **seconds}


def _scored(finished: Finished, judge_revision: str) -> Row:
    if finished.verdict is None:
        raise ValueError("a scored record has a verdict")
    return score_row(finished.verdict, judge_revision, finished.error)


@dataclass(frozen=True, slots=True)
class _Batches:
    """Batches of the triples from row `start` on; picklable, and the same each time."""

    source: Source
    start: int
    size: int

    def __iter__(self) -> Iterator[list[Triple]]:
        triples = self.source.iter(start=self.start)
        while batch := list(islice(triples, self.size)):
            yield batch


def _count(outcomes: dict[str, int], batch: Sequence[Finished]) -> None:
    for finished in batch:
        name = "error" if finished.error else finished.render.outcome
        outcomes[name] = outcomes.get(name, 0) + 1


def _stopped(folder: RunFolder, wall_s: float) -> None:
    """Note the stop; when even that cannot be written the finished shards still tell how far the run came."""
    try:
        folder.save(status="stopped", wall_s=wall_s)
    except JanusError:
        folder.manifest["status"] = "stopped"


def _counts(run: Run) -> dict[str, Any]:
    return {name: value for name, value in run.summary().as_dict().items() if name not in ("path", "status", "wall_s")}


def _purse(
    judge: WaitingJudge | None,
    rubrics: RubricSet,
    out: Path,
    ledger: str | Path | None,
    budget: str | None,
    on_notice: Callable[[str], None] | None,
) -> Purse | None:
    if judge is None:
        if budget is not None:
            raise InputError("--budget is for judges that cost something", hint="Give a judge file, or no budget.")
        return None
    return Purse(judge, rubrics, Path(ledger) if ledger is not None else out, budget, on_notice)


def versions() -> dict[str, str]:
    """Versions of Python and of every installed library that can change a row."""
    found = {"python": platform.python_version()}
    for name in (
        "janus-reward",
        "numpy",
        "pillow",
        "pyarrow",
        "scikit-learn",
        "matplotlib",
        "seaborn",
        "pandas",
        "plotly",
        "resvg-py",
        "vl-convert-python",
        "pypdfium2",
    ):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
