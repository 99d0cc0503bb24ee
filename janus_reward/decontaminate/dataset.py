"""`decontaminate_dataset`: a dataset or a run in; what was found, what goes, and a certificate out."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.decontaminate.certificate import certificate_text
from janus_reward.decontaminate.detect import Hit
from janus_reward.decontaminate.items import Items, read_items
from janus_reward.decontaminate.reading import DatasetRows, Rows, RunRows, open_rows
from janus_reward.decontaminate.registry import Registry
from janus_reward.decontaminate.report import report_markdown
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.decontaminate.state import Segments, StoppableDetector
from janus_reward.decontaminate.tally import Tally
from janus_reward.dedup.batch import Teller
from janus_reward.engines.ray_settings import RaySettings, settings_for
from janus_reward.errors import DiskError, InputError, Stopped
from janus_reward.run.manifest import RunFolder
from janus_reward.storage import anywhere

HITS_SCHEMA = pa.schema(
    [
        ("row", pa.int64()), ("id", pa.string()), ("benchmark", pa.string()), ("item", pa.string()),
        ("evidence", pa.string()), ("channel", pa.string()), ("similarity", pa.float64()), ("removed", pa.bool_()),
        ("confirmed", pa.float64()), ("row_start", pa.int64()), ("row_end", pa.int64()), ("item_start", pa.int64()),
        ("item_end", pa.int64()), ("row_text", pa.string()), ("item_text", pa.string()),
    ]
)  # fmt: skip
KEPT_SCHEMA = pa.schema([("row", pa.int64()), ("id", pa.string())])

SEGMENT_ROWS = 50_000
"""Rows between two points from which a stopped run goes on."""
DATA = "JANUS_REWARD_BENCHMARKS"
"""Environment variable with the folder of the benchmarks' files."""


@anywhere(sources=("src",), runs=("out",))
def decontaminate_dataset(
    src: str | Path,
    out: str | Path,
    against: Sequence[str],
    settings: DecontaminateSettings | None = None,
    *,
    registry: Registry | None = None,
    data: str | Path | None = None,
    dry_run: bool = False,
    mapping: Mapping[str, str] | None = None,
    limit: int | None = None,
    engine: str = "local",
    ray: str | Path | RaySettings | None = None,
    on_note: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Look for benchmark items in a dataset.

    Args:
        src: a dataset as `score dataset` reads it, or a run folder (then its renders are compared too).
        out: a run folder: `hits.parquet`, `kept.parquet`, `report.md`, `certificate.json`, `manifest.json`. They appear
            when all is done; the same call on a finished folder returns its numbers.
        against: benchmarks of the registry, `id=FILE`, files of items, or `all`: those whose data is at hand.
        settings: how.
        registry: the package's own when absent.
        data: folder below which the registry's files are looked for; else that of JANUS_REWARD_BENCHMARKS.
        dry_run: nothing counts as removed; `kept.parquet` holds every row.
        mapping: record field to path in the source's rows.
        limit: only the first rows.
        engine: where rows are looked at: `local`, or `ray`, a cluster.
        ray: its settings, or the file that holds them.
        on_note: told about the benchmarks read and the progress.

    Returns:
        The counts of the certificate, with `path`.

    Raises:
        InputError: the source, a benchmark or a setting cannot be used.
        RunConflict: the folder belongs to another run.
        DiskError, Stopped: the same call goes on after the last finished segment.
    """
    settings, note = settings or DecontaminateSettings(), on_note or (lambda text: None)
    cluster = settings_for(engine, ray)
    named = data or os.environ.get(DATA)
    benchmarks = load_benchmarks(against, registry or Registry.load(), Path(named) if named else None, note)
    pictured = "picture" in settings.channels and any(item.picture for one in benchmarks for item in one.items)
    source = open_rows(src, pictures=pictured, mapping=mapping, limit=limit)
    asked = {
        "command": "decontaminate",
        "decontaminate": settings.as_dict(),
        "benchmarks": {one.benchmark.id: one.sha256 for one in benchmarks},
        "source_sha256": source.fingerprint(),
        "dry_run": dry_run,
        "map": dict(mapping or {}),
        "limit": limit,
        "janus_reward": version("janus-reward"),
    }
    folder = RunFolder(Path(out), asked, {"source": source.name})
    started = time.monotonic()
    try:
        if not folder.manifest.get("finished"):
            counts = _decide(source, Path(out), benchmarks, settings, asked, note, cluster)
            folder.save(summary=counts, finished=True, wall_s=round(time.monotonic() - started, 3))
        shutil.rmtree(Path(out) / ".segments", ignore_errors=True)
        folder.save(status="done")
        return {**folder.manifest["summary"], "path": str(out)}
    except KeyboardInterrupt as error:
        hint = "Run the same command again to go on."
        raise Stopped(f"stopped by a signal; {out} is incomplete", hint=hint) from error
    except OSError as error:
        hint = "Free space and run the same command again to go on."
        raise DiskError(f"cannot write in {out}: {error.strerror or error}", hint=hint) from error
    finally:
        folder.close()


def load_benchmarks(
    against: Sequence[str], registry: Registry, data: Path | None, note: Callable[[str], None]
) -> list[Items]:
    """The benchmarks asked for, read; of `all` those that are not at hand are named and left out."""
    found = []
    for ref in against or ["all"]:
        if ref != "all":
            benchmark, file = registry.find(ref)
            found.append(read_items(benchmark, file, data))
            continue
        for benchmark in registry:
            try:
                found.append(read_items(benchmark.model_copy(update={"hub": None}), None, data))
            except InputError:
                note(f"{benchmark.id}: not at hand, left out")
    if not found:
        raise InputError("no benchmark is at hand", hint="Name files (--against ID=FILE) or their folder (--data DIR).")
    names = [one.benchmark.id for one in found]
    if len(set(names)) < len(names):
        raise InputError(f"a benchmark is named twice: {', '.join(sorted({n for n in names if names.count(n) > 1}))}")
    note(f"{len(found)} benchmarks, {sum(len(one.items) for one in found):,} items")
    return found


def _decide(
    source: DatasetRows | RunRows,
    out: Path,
    benchmarks: Sequence[Items],
    settings: DecontaminateSettings,
    asked: Mapping[str, Any],
    note: Callable[[str], None],
    cluster: RaySettings | None,
) -> dict[str, Any]:
    """Everything between opened inputs and files in place; segments on disk keep memory flat."""
    detector, segments = StoppableDetector(benchmarks, settings), Segments(out / ".segments")
    _look(partial(_looked, source, benchmarks, settings, detector, cluster), detector, segments, note)
    tally, errors = Tally(benchmarks), 0
    with _Tables(out, dry_run=asked["dry_run"]) as tables:
        for number in range(segments.finished()):
            ids = segments.identities(number)
            errors += int(ids.column("errors").to_numpy().sum())
            hits = detector.segment_hits(segments.path(number))
            tally.add(hits)
            tables.write(hits, ids)
    counts = tally.counts(detector.rows, errors, dry_run=asked["dry_run"])
    counts["source_overlaps"] = [
        {"benchmark": benchmark, "source": source_, "rows": number}
        for (benchmark, source_), number in sorted(detector.overlaps.items())
    ]
    _text(out / "report.md", report_markdown(tally.worst(), counts, benchmarks, asked))
    _text(out / "certificate.json", certificate_text(source.name, counts, benchmarks, asked))
    return counts


def _looked(
    source: DatasetRows | RunRows,
    benchmarks: Sequence[Items],
    settings: DecontaminateSettings,
    detector: StoppableDetector,
    cluster: RaySettings | None,
) -> Iterator[Rows]:
    """Rows that the detector has seen, from where it is on."""
    if cluster is not None:
        from janus_reward.decontaminate.on_ray import looked

        yield from looked(source, benchmarks, settings, detector, cluster)
        return
    for rows in source.read(detector.rows):
        detector.look(rows)
        yield rows


def _look(
    looked: Callable[[], Iterator[Rows]],
    detector: StoppableDetector,
    segments: Segments,
    note: Callable[[str], None],
) -> None:
    """Read and compare what no finished segment has."""
    done = segments.finished()
    if done:
        detector.take_up(segments.path(done - 1))
        note(f"goes on after {detector.rows:,} rows")
    if segments.complete():
        return
    pending: list[Rows] = []
    teller = Teller(note)
    for rows in looked():
        teller.tell(rows.batch.troubles)
        pending.append(rows)
        if sum(len(some.batch) for some in pending) >= SEGMENT_ROWS:
            segments.write(detector, pending)
            pending = []
            note(f"{detector.rows:,} rows looked at")
    if pending or not segments.finished():
        segments.write(detector, pending)
    segments.end()


class _Tables:
    """`hits.parquet` and `kept.parquet`, put in place when all is written, or not at all."""

    def __init__(self, out: Path, *, dry_run: bool) -> None:
        self._dry_run, schemas = dry_run, {"hits": HITS_SCHEMA, "kept": KEPT_SCHEMA}
        self._places = {name: (out / f".{name}.parquet.part", out / f"{name}.parquet") for name in schemas}
        self._writers = {
            name: pq.ParquetWriter(self._places[name][0], schema, compression="zstd")
            for name, schema in schemas.items()
        }

    def __enter__(self) -> _Tables:
        return self

    def write(self, hits: Sequence[Hit], ids: pa.Table) -> None:
        """Add one segment."""
        gone = set() if self._dry_run else {hit.row for hit in hits}
        stay = ~np.isin(ids.column("row").to_numpy(), np.array(sorted(gone), np.int64))
        if hits:
            self._writers["hits"].write_table(_table(hits, gone))
        if stay.any():
            self._writers["kept"].write_table(ids.select(["row", "id"]).filter(pa.array(stay)).cast(KEPT_SCHEMA))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()
        for part, final in self._places.values():
            if kind is None:
                with part.open("rb") as file:
                    os.fsync(file.fileno())
                part.replace(final)
            else:
                part.unlink(missing_ok=True)


def _table(hits: Sequence[Hit], gone: set[int]) -> pa.Table:
    return pa.Table.from_pylist([hit.as_dict() | {"removed": hit.row in gone} for hit in hits], HITS_SCHEMA)


def _text(path: Path, text: str) -> None:
    _atomic(path, lambda part: part.write_text(text, encoding="utf-8"))


def _atomic(path: Path, write: Callable[[Path], object]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        hint = "Free space and run the same command again."
        raise DiskError(f"cannot write {path}: {error.strerror or error}", hint=hint) from error
