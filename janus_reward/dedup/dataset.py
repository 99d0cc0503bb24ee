"""`dedup_dataset`: a dataset or a run in, a run folder with survivors, removals, clusters and a report out."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.dedup.batch import Batch, Teller
from janus_reward.dedup.buckets import Buckets
from janus_reward.dedup.engine import fingerprint, relink
from janus_reward.dedup.fingerprint import Fingerprints
from janus_reward.dedup.index import DedupIndex
from janus_reward.dedup.plan import memory_plan
from janus_reward.dedup.reading import DatasetInput, RunInput, open_input
from janus_reward.dedup.report import report_text
from janus_reward.dedup.result import REMOVED_SCHEMA, DedupResult
from janus_reward.dedup.settings import DedupSettings
from janus_reward.dedup.store import Store
from janus_reward.engines.ray_settings import RaySettings, settings_for
from janus_reward.errors import DiskError, JanusError, Stopped
from janus_reward.run.manifest import RunFolder
from janus_reward.storage import anywhere

SURVIVORS_SCHEMA = pa.schema(
    [("id", pa.string()), ("row", pa.int64()), ("score", pa.float64()), ("removed_for_it", pa.int64())]
)
CLUSTERS_SCHEMA = pa.schema([("survivor_id", pa.string()), ("size", pa.int64()), ("members", pa.list_(pa.string()))])

_CHUNK = 50_000
_TOLD_ROWS = 100_000


@anywhere(sources=("src",), runs=("out",))
def dedup_dataset(
    src: str | Path,
    out: str | Path,
    settings: DedupSettings | None = None,
    *,
    index: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    limit: int | None = None,
    engine: str = "local",
    ray: str | Path | RaySettings | None = None,
    on_note: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Deduplicate a dataset into a run folder.

    Args:
        src: a dataset as `score dataset` reads it, or the run folder that `score dataset` or `render` wrote.
        out: the run folder: `survivors.parquet`, `removed.parquet`, `clusters.parquet`, `report.txt`, `manifest.json`.
            They appear when all is done; the same call on a finished folder returns its numbers.
        settings: how.
        index: folder of a persistent index: rows are also compared with all that came before, and then added to it.
        mapping: record field to path in the source's rows.
        limit: only the first rows.
        engine: where fingerprints and buckets are made: `local`, or `ray`, a cluster.
        ray: its settings, or the file that holds them.
        on_note: told about the memory plan and the stages.

    Returns:
        The counts of the report, with `wall_s` and `path`.

    Raises:
        InputError: the source, a setting or the index cannot be used.
        RunConflict: the folder belongs to another run.
        DiskError, Stopped: nothing was decided; the same call does it.
    """
    settings, note = settings or DedupSettings(), on_note or (lambda text: None)
    cluster = settings_for(engine, ray)
    source = open_input(src, on=settings.on, mapping=mapping, limit=limit)
    asked = {
        "command": "dedup",
        "dedup": settings.as_dict(),
        "source_sha256": source.fingerprint(),
        "index": None if index is None else str(index),
        "map": dict(mapping or {}),
        "limit": limit,
        "janus_reward": version("janus-reward"),
    }
    folder = RunFolder(Path(out), asked, {"source": source.name})
    started = time.monotonic()
    try:
        if not folder.manifest.get("finished"):
            counts = _decide(source, Path(out), settings, index, folder, note, cluster)
            folder.save(summary=counts, finished=True, wall_s=round(time.monotonic() - started, 3))
        folder.save(status="done")
        return {**folder.manifest["summary"], "wall_s": folder.manifest["wall_s"], "path": str(out)}
    except (KeyboardInterrupt, JanusError) as error:
        folder.manifest["status"] = "stopped"
        if isinstance(error, KeyboardInterrupt):
            raise Stopped(f"stopped by a signal; {out} is incomplete", hint="Run the same command again.") from error
        raise
    finally:
        folder.close()


def _decide(
    source: DatasetInput | RunInput,
    out: Path,
    settings: DedupSettings,
    index: str | Path | None,
    folder: RunFolder,
    note: Callable[[str], None],
    cluster: RaySettings | None,
) -> dict[str, Any]:
    """Everything between an opened source and files in place; with an index, its addition comes last."""
    total = source.count()
    plan = None if total is None else str(memory_plan(total, settings))
    if plan:
        note(plan)
    batch_tag = folder.manifest.get("batch") or uuid.uuid4().hex
    folder.save(batch=batch_tag)
    scratch = out / ".fingerprints"
    if index is None:
        store, buckets = _fingerprints(source, settings, scratch, note, cluster)
        counts = _save(relink(store, settings, buckets=buckets), out, plan)
    else:
        with DedupIndex(Path(index), settings) as opened:
            if opened.has_batch(batch_tag) and folder.manifest.get("pending"):
                counts = dict(folder.manifest["pending"])
            else:
                store, _ = _fingerprints(source, settings, scratch, note, cluster)
                pending = opened.compare(store)
                counts = _save(pending.result, out, plan)
                folder.save(pending=counts)
                opened.commit(pending, batch_tag)
    shutil.rmtree(scratch, ignore_errors=True)
    return counts


def _fingerprints(
    source: DatasetInput | RunInput,
    settings: DedupSettings,
    scratch: Path,
    note: Callable[[str], None],
    cluster: RaySettings | None,
) -> tuple[Store, Buckets | None]:
    """The fingerprints; a cluster makes the buckets too."""
    reading = _Reading(note)
    if cluster is None:
        return fingerprint(reading.passed(source.batches()), settings, scratch), None
    from janus_reward.dedup.on_ray import fingerprint_ray

    return fingerprint_ray(source.batches, settings, scratch, cluster, reading.tell)


class _Reading:
    """Tells how far the rows are read, and what is wrong with the first that cannot be."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note, self._teller = note, Teller(note)
        self._done = self._told = 0

    def tell(self, some: Batch | Fingerprints) -> None:
        """Some rows have come."""
        self._teller.tell(some.troubles)
        self._done += len(some)
        if self._done - self._told >= _TOLD_ROWS:
            self._note(f"{self._done:,} rows read")
            self._told = self._done

    def passed(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The batches, told of as they pass."""
        for batch in batches:
            self.tell(batch)
            yield batch


def _save(result: DedupResult, out: Path, plan: str | None) -> dict[str, Any]:
    counts = result.counts()
    _parquet(out / "removed.parquet", REMOVED_SCHEMA, result.removed_batches())
    _parquet(out / "survivors.parquet", SURVIVORS_SCHEMA, _survivors(result))
    _parquet(out / "clusters.parquet", CLUSTERS_SCHEMA, _clusters(result))
    _atomic(out / "report.txt", lambda path: path.write_text(report_text(result, counts, plan), encoding="utf-8"))
    return counts


def _survivors(result: DedupResult) -> Iterator[pa.RecordBatch]:
    ids, sizes, store = result.store.ids(), result.sizes(), result.store
    for at in range(0, len(result.survivors), _CHUNK):
        chosen = result.survivors[at : at + _CHUNK]
        columns = [
            ids.take(chosen).cast(pa.string()).combine_chunks(),
            pa.array(store.rows[chosen]),
            pa.array(store.scores[chosen], from_pandas=True),
            pa.array(sizes[chosen]),
        ]
        yield pa.record_batch(columns, schema=SURVIVORS_SCHEMA)


def _clusters(result: DedupResult) -> Iterator[pa.RecordBatch]:
    ids = result.all_ids()
    found = list(result.clusters().items())
    for at in range(0, len(found), _CHUNK):
        rows = [
            {
                "survivor_id": ids[survivor if survivor >= 0 else len(result) - 1 - survivor].as_py(),
                "size": len(members) + 1,
                "members": ids.take(members).to_pylist(),
            }
            for survivor, members in found[at : at + _CHUNK]
        ]
        yield pa.RecordBatch.from_pylist(rows, CLUSTERS_SCHEMA)


def _parquet(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    def write(part: Path) -> None:
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)

    _atomic(path, write)


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
