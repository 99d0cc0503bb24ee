"""Parquet shards that are there whole or not at all.

A shard is written to a temporary file in the same folder, flushed to the disk, and renamed; the folder is flushed too.
A run killed at any point therefore leaves only finished shards and temporary files, which the next start removes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.errors import DiskError
from janus_reward.run.schema import Row


class ShardFolder:
    """The `part-*.parquet` files of one table.

    Args:
        folder: created when absent.
        schema: of every shard.
        rows: rows per shard; the last one may be shorter.
    """

    def __init__(self, folder: Path, schema: pa.Schema, rows: int) -> None:
        self.folder, self.schema, self.rows = folder, schema, rows
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for leftover in folder.glob(".part-*.tmp"):
                leftover.unlink()
        except OSError as error:
            raise _disk_error(folder, error) from error

    def path(self, number: int) -> Path:
        """The file of a shard."""
        return self.folder / f"part-{number:06d}.parquet"

    def finished(self) -> int:
        """How many shards, from the first on, are complete without a gap."""
        number = 0
        while self.path(number).exists():
            number += 1
        return number

    def count(self) -> int:
        """Rows in the finished shards."""
        return sum(pq.read_metadata(self.path(number)).num_rows for number in range(self.finished()))

    def write(self, number: int, rows: Sequence[Row]) -> None:
        """Write one shard so that it appears whole or not at all.

        Raises:
            DiskError: the disk is full or refuses; nothing of the shard is left behind.
        """
        self.write_table(number, pa.Table.from_pylist(list(rows), schema=self.schema))

    def write_table(self, number: int, table: pa.Table) -> None:
        """Write one shard of columns; as `write`."""
        part = self.folder / f".part-{number:06d}.tmp"
        try:
            with part.open("wb") as file:
                pq.write_table(table, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path(number))
            _sync_folder(self.folder)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _disk_error(self.path(number), error) from error


def parts(folder: Path) -> list[Path]:
    """The finished shards of a table, in order."""
    return sorted(folder.glob("part-*.parquet"))


def batches(folder: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Stream the rows of a table shard by shard; memory holds one batch."""
    for path in parts(folder):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=4096, columns=None if columns is None else list(columns))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _disk_error(path: Path, error: OSError) -> DiskError:
    return DiskError(
        f"cannot write {path}: {error.strerror or error}",
        hint="Finished shards are safe. Free space and run the same command again to go on.",
    )
