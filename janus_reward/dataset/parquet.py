"""Parquet, one file or a folder of them: streamed batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.dataset.arrow_rows import DAMAGE, batch_rows, rows_of
from janus_reward.dataset.identity import files_sha256
from janus_reward.dataset.reader import RawRow
from janus_reward.errors import InputError

_LOST = "this part of the file is damaged ({}); the row is lost, write the file again"


class ParquetReader:
    """Rows of one or more Parquet files, in the order given; an empty file has none.

    Args:
        files: names relative to the source, with their paths.
        name: of the source, for messages.

    Raises:
        InputError: a file is no Parquet.
    """

    format = "parquet"

    def __init__(self, files: Sequence[tuple[str, Path]], name: str) -> None:
        self.name = name
        self._files = [(file, path) for file, path in files if path.stat().st_size]
        self._all = list(files)
        self._count: int = sum(_open(path, file).metadata.num_rows for file, path in self._files)

    def rows(self) -> Iterator[RawRow]:
        """Stream the rows; the rows of a damaged part are rows with an error."""
        for name, path in self._files:
            folder = path.parent.resolve()
            with _open(path, name) as file:
                for group in range(file.num_row_groups):
                    for data, error in _group_rows(file, group):
                        yield RawRow(data, name, None, error, folder)

    def count(self) -> int | None:
        """Rows of all files, from their footers."""
        return self._count

    def fingerprint(self) -> str:
        """Sha256 over the bytes of the files."""
        return files_sha256(self._all)


def _open(path: Path, name: str) -> Any:
    try:
        return pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{name}: is not readable as Parquet ({_reason(error)})", hint="Check that the file was copied whole."
        ) from None


def _group_rows(file: Any, group: int) -> Iterator[tuple[dict[str, Any] | None, str | None]]:
    about = file.metadata.row_group(group)
    given = 0
    try:
        size = batch_rows(about.total_byte_size, about.num_rows)
        for batch in file.iter_batches(batch_size=size, row_groups=[group], use_threads=False):
            for row in rows_of(batch):
                given += 1
                yield row
    except DAMAGE as error:
        for _ in range(about.num_rows - given):
            yield None, _LOST.format(_reason(error))


def _reason(error: Exception) -> str:
    """The first words of a library's message, without the path it may hold."""
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return type(error).__name__ if "/" in first else first[:120]
