"""`decontaminate_dataset`: a dataset or a run in; what was found, what goes, and a certificate out."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.decontaminate.certificate import certificate_text
from janus_reward.decontaminate.detect import Detector, Hit
from janus_reward.decontaminate.items import Items, read_items
from janus_reward.decontaminate.registry import Registry
from janus_reward.decontaminate.report import report_markdown
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.dedup.batch import Batch
from janus_reward.dedup.reading import open_input
from janus_reward.errors import DiskError, InputError, JanusError, Stopped
from janus_reward.run.manifest import RunFolder

HITS_SCHEMA = pa.schema(
    [
        ("row", pa.int64()), ("id", pa.string()), ("benchmark", pa.string()), ("item", pa.string()),
        ("evidence", pa.string()), ("channel", pa.string()), ("similarity", pa.float64()), ("removed", pa.bool_()),
        ("confirmed", pa.float64()), ("row_start", pa.int64()), ("row_end", pa.int64()), ("item_start", pa.int64()),
        ("item_end", pa.int64()), ("row_text", pa.string()), ("item_text", pa.string()),
    ]
)  # fmt: skip
KEPT_SCHEMA = pa.schema([("row", pa.int64()), ("id", pa.string())])

_TOLD = 100_000


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
        data: folder below which the registry's files are looked for.
        dry_run: nothing counts as removed; `kept.parquet` holds every row.
        mapping: record field to path in the source's rows.
        limit: only the first rows.
        on_note: told about the benchmarks read and the progress.

    Returns:
        The counts of the certificate, with `path`.

    Raises:
        InputError: the source, a benchmark or a setting cannot be used.
        RunConflict: the folder belongs to another run.
        DiskError, Stopped: nothing was decided; the same call does it.
    """
    settings, note = settings or DecontaminateSettings(), on_note or (lambda text: None)
    source = open_input(src, on=("render",) if "picture" in settings.channels else (), mapping=mapping, limit=limit)
    benchmarks = load_benchmarks(against, registry or Registry.load(), None if data is None else Path(data), note)
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
            counts = _decide(source.batches(), source.name, Path(out), benchmarks, settings, asked, note)
            folder.save(summary=counts, finished=True, wall_s=round(time.monotonic() - started, 3))
        folder.save(status="done")
        return {**folder.manifest["summary"], "path": str(out)}
    except (KeyboardInterrupt, JanusError) as error:
        folder.manifest["status"] = "stopped"
        if isinstance(error, KeyboardInterrupt):
            raise Stopped(f"stopped by a signal; {out} is incomplete", hint="Run the same command again.") from error
        raise
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
    batches: Iterator[Batch], name: str, out: Path, benchmarks: Sequence[Items], settings: DecontaminateSettings,
    asked: Mapping[str, Any], note: Callable[[str], None],
) -> dict[str, Any]:  # fmt: skip
    detector = Detector(benchmarks, settings)
    ids: list[pa.Table] = []
    rows = errors = 0
    for batch in batches:
        detector.add(batch)
        ids.append(pa.table({"row": pa.array(batch.rows), "id": batch.ids.cast(pa.string())}, schema=KEPT_SCHEMA))
        errors += batch.errors
        if (rows + len(batch)) // _TOLD > rows // _TOLD:
            note(f"{rows + len(batch):,} rows looked at")
        rows += len(batch)
    hits = detector.hits()
    gone = set() if asked["dry_run"] else {hit.row for hit in hits}
    counts = _counts(hits, rows, errors, len(gone), benchmarks)
    counts["source_overlaps"] = [
        {"benchmark": benchmark, "source": source, "rows": number}
        for (benchmark, source), number in sorted(detector.overlaps.items())
    ]
    everything = pa.concat_tables(ids) if ids else KEPT_SCHEMA.empty_table()
    kept = everything.filter(pa.array([row not in gone for row in everything.column("row").to_pylist()], pa.bool_()))
    _parquet(out / "hits.parquet", _table(hits, gone))
    _parquet(out / "kept.parquet", kept)
    _text(out / "report.md", report_markdown(hits, counts, benchmarks, asked))
    _text(out / "certificate.json", certificate_text(name, counts, benchmarks, asked))
    return counts


def _counts(hits: Sequence[Hit], rows: int, errors: int, gone: int, benchmarks: Sequence[Items]) -> dict[str, Any]:
    items, found = defaultdict(set), defaultdict(set)
    for hit in hits:
        items[hit.benchmark].add(hit.item)
        found[hit.benchmark].add(hit.row)
    return {
        "rows": rows,
        "errors": errors,
        "contaminated": len({hit.row for hit in hits}),
        "removed": gone,
        "kept": rows - gone,
        "evidence": dict(sorted(Counter(hit.evidence for hit in hits).items())),
        "channels": dict(sorted(Counter(hit.channel for hit in hits).items())),
        "benchmarks": {
            one.benchmark.id: {
                "items": len(one.items),
                "items_hit": len(items[one.benchmark.id]),
                "rows": len(found[one.benchmark.id]),
            }
            for one in benchmarks
        },
    }


def _table(hits: Sequence[Hit], gone: set[int]) -> pa.Table:
    return pa.Table.from_pylist([hit.as_dict() | {"removed": hit.row in gone} for hit in hits], HITS_SCHEMA)


def _parquet(path: Path, table: pa.Table) -> None:
    _atomic(path, lambda part: pq.write_table(table, part, compression="zstd"))


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
