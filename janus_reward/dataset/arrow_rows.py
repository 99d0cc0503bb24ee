"""Rows out of Arrow batches, with the neighbours of a damaged value intact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

_BATCH_BYTES = 16 * 1024 * 1024
_BATCH_ROWS = 1_000
DAMAGE = (pa.ArrowException, OSError, ValueError, OverflowError)
"""What reading a damaged Arrow or Parquet value raises (invalid UTF-8 is a ValueError)."""


def batch_rows(total_bytes: int, rows: int) -> int:
    """Rows of a batch that takes about 16 MiB, at most 1,000."""
    each = max(1, total_bytes // max(1, rows))
    return max(1, min(_BATCH_ROWS, _BATCH_BYTES // each))


def rows_of(batch: Any) -> Iterator[tuple[dict[str, Any], str | None]]:
    """The rows of a batch or table, each with what could not be read of it."""
    try:
        rows = batch.to_pylist()
    except DAMAGE:
        for index in range(batch.num_rows):
            yield _careful_row(batch, index)
        return
    for row in rows:
        yield row, None


def _careful_row(batch: Any, index: int) -> tuple[dict[str, Any], str | None]:
    row: dict[str, Any] = {}
    damaged = []
    for name in batch.schema.names:
        try:
            row[name] = batch.column(name)[index].as_py()
        except DAMAGE as error:
            damaged.append(f"`{name}` ({'invalid UTF-8' if isinstance(error, UnicodeDecodeError) else 'damaged'})")
    if not damaged:
        return row, None
    return row, f"column {', '.join(damaged[:5])} cannot be read; write the row again"
