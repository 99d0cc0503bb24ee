"""Rows to look at, from a dataset or from the run folder that scored one: texts, provenance, and all pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from janus_reward.dataset import Source, open_source
from janus_reward.dataset.identity import files_sha256
from janus_reward.dedup.batch import Batch, troubles
from janus_reward.errors import InputError
from janus_reward.run import Run
from janus_reward.run.shards import parts
from janus_reward.triple import PICTURE_OUTCOMES, Picture, Triple

_PICTURE_ROWS, _TEXT_ROWS = 256, 4_096
_COLUMNS = ("id", "row", "instruction", "code", "language", "outcome", "render_sha256", "error", "meta")
_SOURCE_CHARS = 300


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch, with what only contamination asks for.

    Args:
        batch: texts, provenance, and the first picture of each row.
        further: (position in the batch, picture) of all other pictures, references among them.
    """

    batch: Batch
    further: tuple[tuple[int, bytes], ...]


class DatasetRows:
    """A dataset; a picture that came as render or as reference may be a benchmark's."""

    def __init__(self, source: Source, *, pictures: bool) -> None:
        self._source, self._pictures = source, pictures
        self.name = source.name

    def fingerprint(self) -> str:
        """Sha256 hex of the source."""
        return self._source.fingerprint()

    def count(self) -> int | None:
        """Rows, when cheap to know."""
        return self._source.count()

    def read(self, start: int = 0) -> Iterator[Rows]:
        """Stream the rows from `start` on."""
        triples = self._source.iter(start)
        size = _PICTURE_ROWS if self._pictures else _TEXT_ROWS
        while some := list(islice(triples, size)):
            yield self._rows(some)

    def _rows(self, triples: list[Triple]) -> Rows:
        shown = [_pictures(triple) if self._pictures else [] for triple in triples]
        batch = Batch(
            ids=_strings([triple.id for triple in triples]),
            rows=np.array([triple.row for triple in triples], np.int64),
            code=_strings([triple.code for triple in triples]),
            instruction=_strings([triple.instruction for triple in triples]),
            languages=_strings([triple.language for triple in triples]),
            pictures=[some[0] if some else None for some in shown] if self._pictures else None,
            sources=_strings([_source(triple.meta) for triple in triples]),
            errors=sum(triple.error is not None for triple in triples),
            troubles=troubles(*zip(*((triple.row, triple.id, triple.error) for triple in triples), strict=True)),
        )
        further = tuple((at, picture) for at, some in enumerate(shown) for picture in some[1:])
        return Rows(batch, further)


class RunRows:
    """A run of `score dataset` or `render`: its renders are the pictures."""

    def __init__(self, run: Run, *, pictures: bool, limit: int | None) -> None:
        self._run, self._pictures, self._limit = run, pictures, limit
        self.name = run.path.name

    def fingerprint(self) -> str:
        """Sha256 hex over the shards of the main table."""
        return files_sha256((path.name, path) for path in parts(self._run.folder))

    def count(self) -> int | None:
        """Rows of the run, within the limit."""
        return len(self._run) if self._limit is None else min(len(self._run), self._limit)

    def read(self, start: int = 0) -> Iterator[Rows]:
        """Stream the rows from `start` on."""
        known = set(self._run.schema_names)
        size = _PICTURE_ROWS if self._pictures else _TEXT_ROWS
        skip, left = start, self.count() or 0
        for table in self._run.batches([name for name in _COLUMNS if name in known]):
            table, left = table.slice(0, left), left - min(left, table.num_rows)
            table, skip = table.slice(skip), skip - min(skip, table.num_rows)
            for at in range(0, table.num_rows, size):
                yield self._rows(table.slice(at, size))

    def _rows(self, table: pa.RecordBatch) -> Rows:
        metas = table.column("meta").to_pylist() if "meta" in table.schema.names else [None] * table.num_rows
        batch = Batch(
            ids=table.column("id"),
            rows=table.column("row").to_numpy(zero_copy_only=False).astype(np.int64),
            code=table.column("code"),
            instruction=table.column("instruction"),
            languages=table.column("language"),
            pictures=self._renders(table) if self._pictures else None,
            sources=_strings([_source(_parsed(meta)) for meta in metas]),
            errors=table.num_rows - table.column("error").null_count,
            troubles=troubles(*(table.column(name).to_pylist() for name in ("row", "id", "error"))),
        )
        return Rows(batch, ())

    def _renders(self, table: pa.RecordBatch) -> list[bytes | None]:
        outcomes, hashes = table.column("outcome").to_pylist(), table.column("render_sha256").to_pylist()
        return [
            _bytes(Picture(path=str(self._run.picture(sha256)))) if sha256 and outcome in PICTURE_OUTCOMES else None
            for outcome, sha256 in zip(outcomes, hashes, strict=True)
        ]


def open_rows(
    src: str | Path, *, pictures: bool, mapping: Mapping[str, str] | None = None, limit: int | None = None
) -> DatasetRows | RunRows:
    """A dataset, or the run folder that scored one.

    Raises:
        InputError: nothing is there, it is no data, or a mapping was given for a run, whose columns are fixed.
    """
    path = Path(src)
    if (path / "manifest.json").is_file() and ((path / "scores").is_dir() or (path / "outcomes").is_dir()):
        if mapping:
            raise InputError(f"{path.name} is a run: its columns are fixed", hint="Leave --map out.")
        return RunRows(Run(path), pictures=pictures, limit=limit)
    return DatasetRows(open_source(str(src), mapping=mapping, limit=limit), pictures=pictures)


def _strings(values: list[str | None]) -> pa.Array:
    clean = [None if value is None else value.encode("utf-8", "replace").decode() for value in values]
    return pa.array(clean, pa.large_string())


def _pictures(triple: Triple) -> list[bytes]:
    found = [_bytes(picture) for picture in (*triple.renders, *triple.references)]
    return [data for data in found if data]


def _bytes(picture: Picture) -> bytes | None:
    if picture.path is None:
        return picture.data
    try:
        return Path(picture.path).read_bytes()
    except OSError:
        return None


def _parsed(meta: str | None) -> Any:
    if not meta or '"source"' not in meta:
        return None
    try:
        return json.loads(meta)
    except (ValueError, RecursionError):
        return None


def _source(meta: Any) -> str | None:
    value = meta.get("source") if isinstance(meta, Mapping) else None
    return value[:_SOURCE_CHARS] if isinstance(value, str) and value else None
