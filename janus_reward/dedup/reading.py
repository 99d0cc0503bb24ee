"""Batches from a dataset or from the run folder of `score dataset`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
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

_PICTURE_ROWS = 256
_TEXT_ROWS = 4_096
_COLUMNS = ("id", "row", "instruction", "code", "language", "score", "outcome", "render_sha256", "error", "meta")


class DatasetInput:
    """A dataset that has not been scored: no scores, and the pictures that came with it."""

    def __init__(self, source: Source, *, pictures: bool) -> None:
        self._source, self._pictures = source, pictures
        self.name = source.name

    def fingerprint(self) -> str:
        """Sha256 hex of the source."""
        return self._source.fingerprint()

    def count(self) -> int | None:
        """Rows, when cheap to know."""
        return self._source.count()

    def batches(self) -> Iterator[Batch]:
        """Stream the rows."""
        rows = iter(self._source)
        size = _PICTURE_ROWS if self._pictures else _TEXT_ROWS
        while triples := list(islice(rows, size)):
            yield batch_of(triples, pictures=self._pictures)


class RunInput:
    """A run of `score dataset` or `render`: scores decide who stays, renders are the pictures."""

    def __init__(self, run: Run, *, pictures: bool, limit: int | None) -> None:
        self._run, self._pictures, self._limit = run, pictures, limit
        self.name = run.path.name

    def fingerprint(self) -> str:
        """Sha256 hex over the shards of the main table."""
        return files_sha256((path.name, path) for path in parts(self._run.folder))

    def count(self) -> int | None:
        """Rows of the run, within the limit."""
        return len(self._run) if self._limit is None else min(len(self._run), self._limit)

    def batches(self) -> Iterator[Batch]:
        """Stream the rows."""
        known = set(self._run.schema_names)
        left = self._limit
        for table in self._run.batches([name for name in _COLUMNS if name in known]):
            for at in range(0, table.num_rows, _PICTURE_ROWS if self._pictures else _TEXT_ROWS):
                piece = table.slice(at, _PICTURE_ROWS if self._pictures else _TEXT_ROWS)
                piece = piece if left is None else piece.slice(0, left)
                left = None if left is None else left - piece.num_rows
                if piece.num_rows:
                    yield self._batch(piece)

    def _batch(self, table: pa.RecordBatch) -> Batch:
        scores = table.column("score") if "score" in table.schema.names else pa.nulls(table.num_rows, pa.float64())
        return Batch(
            ids=table.column("id"),
            rows=table.column("row").to_numpy(zero_copy_only=False).astype(np.int64),
            code=table.column("code"),
            instruction=table.column("instruction"),
            languages=table.column("language"),
            scores=scores.cast(pa.float64()).to_numpy(zero_copy_only=False),
            pictures=self._renders(table) if self._pictures else None,
            sources=self._sources(table),
            errors=table.num_rows - table.column("error").null_count,
            troubles=troubles(*(table.column(name).to_pylist() for name in ("row", "id", "error"))),
        )

    @staticmethod
    def _sources(table: pa.RecordBatch) -> pa.Array | None:
        if "meta" not in table.schema.names:
            return None
        return _strings([_source(_parsed(meta)) for meta in table.column("meta").to_pylist()])

    def _renders(self, table: pa.RecordBatch) -> list[bytes | None]:
        outcomes, hashes = table.column("outcome").to_pylist(), table.column("render_sha256").to_pylist()
        return [
            _file(self._run.picture(sha256)) if sha256 and outcome in PICTURE_OUTCOMES else None
            for outcome, sha256 in zip(outcomes, hashes, strict=True)
        ]


def batch_of(triples: Sequence[Triple], *, pictures: bool = True) -> Batch:
    """Triples as a batch; their first pictures are read when asked for."""
    return Batch(
        ids=_strings([triple.id for triple in triples]),
        rows=np.array([triple.row for triple in triples], np.int64),
        code=_strings([triple.code for triple in triples]),
        instruction=_strings([triple.instruction for triple in triples]),
        languages=_strings([triple.language for triple in triples]),
        pictures=[_first(triple.renders) for triple in triples] if pictures else None,
        sources=_strings([_source(triple.meta) for triple in triples]),
        errors=sum(triple.error is not None for triple in triples),
        troubles=troubles(*zip(*((triple.row, triple.id, triple.error) for triple in triples), strict=True)),
    )


def open_input(
    src: str | Path, *, on: Sequence[str], mapping: Mapping[str, str] | None = None, limit: int | None = None
) -> DatasetInput | RunInput:
    """A dataset, or the run folder that scored one.

    Raises:
        InputError: nothing is there, it is no data, or a mapping was given for a run, whose columns are fixed.
    """
    path = Path(src)
    if (path / "manifest.json").is_file() and ((path / "scores").is_dir() or (path / "outcomes").is_dir()):
        if mapping:
            raise InputError(f"{path.name} is a run: its columns are fixed", hint="Leave --map out.")
        return RunInput(Run(path), pictures="render" in on, limit=limit)
    return DatasetInput(open_source(str(src), mapping=mapping, limit=limit), pictures="render" in on)


def _strings(values: list[Any]) -> pa.Array:
    clean = [None if value is None else value.encode("utf-8", "replace").decode() for value in values]
    return pa.array(clean, pa.large_string())


def _source(meta: Mapping[str, Any]) -> str | None:
    """Where the record says it comes from."""
    source = meta.get("source")
    return source[:500] if isinstance(source, str) else None


def _parsed(meta: str | None) -> Mapping[str, Any]:
    found = json.loads(meta) if meta else {}
    return found if isinstance(found, dict) else {}


def _first(pictures: Sequence[Picture]) -> bytes | None:
    if not pictures:
        return None
    picture = pictures[0]
    return picture.data if picture.path is None else _file(Path(picture.path))


def _file(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
