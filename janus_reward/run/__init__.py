"""A finished or unfinished run, opened for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from janus_reward.errors import InputError
from janus_reward.run.manifest import read_manifest
from janus_reward.run.schema import Row
from janus_reward.run.shards import batches, parts
from janus_reward.run.summary import RunSummary, summarise

__all__ = ["Run", "RunSummary"]


class Run:
    """The folder that a command wrote.

    Args:
        path: a folder with a `manifest.json`.

    Raises:
        InputError: the folder holds no run.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        manifest = read_manifest(self.path)
        if manifest is None:
            raise InputError(f"{path} is no run: it has no manifest.json", hint="Give the folder that -o named.")
        self.manifest: dict[str, Any] = manifest

    @property
    def folder(self) -> Path:
        """The folder of the run's main table: `scores/`, or `outcomes/` of a render-only run."""
        scores = self.path / "scores"
        return scores if scores.is_dir() else self.path / "outcomes"

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Stream the main table, in the order of the source, with flat memory."""
        return batches(self.folder, columns)

    def table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The main table in memory."""
        files = parts(self.folder)
        if not files:
            return pa.table({})
        return pa.concat_tables(
            pq.read_table(file, columns=None if columns is None else list(columns)) for file in files
        )

    @property
    def schema_names(self) -> list[str]:
        """Names of the main table's columns; empty when no shard is written yet."""
        files = parts(self.folder)
        return list(pq.read_schema(files[0]).names) if files else []

    def summary(self) -> RunSummary:
        """Counts over the run: scored M of N, outcomes, reasons, histogram."""
        return summarise(self.path, self.manifest)

    def picture(self, sha256: str) -> Path:
        """The PNG file of a picture hash."""
        return self.path / "renders" / sha256[:2] / f"{sha256}.png"

    def __getitem__(self, triple_id: str) -> Row:
        """The row of one triple; KeyError when there is none."""
        return self._row(pc.field("id") == triple_id, triple_id)

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _length(self) -> int:
        return sum(pq.read_metadata(file).num_rows for file in parts(self.folder))

    def _row(self, condition: pc.Expression, name: str) -> Row:
        for file in parts(self.folder):
            found = pq.read_table(file, filters=condition)
            if found.num_rows:
                row: Row = found.slice(0, 1).to_pylist()[0]
                return row
        raise KeyError(name)
