"""What `dedup` and `decontaminate` removed, by row of the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from janus_reward.errors import InputError

REMOVED = "removed.parquet"
"""The file of `dedup` that names each removed row."""

HITS = "hits.parquet"
"""The file of `decontaminate` that names each row with a benchmark item in it; a row counts when `removed` is true."""


@dataclass(frozen=True, slots=True)
class Removal:
    """One removed row.

    Args:
        id: of the row.
        what: short and the same for many rows: the kind of duplicate, or the benchmark.
        detail: the survivor or the benchmark item, with the similarity that was verified.
    """

    id: str
    what: str
    detail: str


def duplicates(folder: Path) -> Iterator[Removal]:
    """The removals of a `dedup` folder. Raises InputError when it is none."""
    for row in _rows(folder / REMOVED, ("id", "survivor_id", "kind", "modality", "similarity")):
        detail = f"{row['survivor_id']} ({row['modality']} {_number(row['similarity'])})"
        yield Removal(str(row["id"]), str(row["kind"] or "near"), detail)


def contaminated(folder: Path) -> Iterator[Removal]:
    """The removals of a `decontaminate` folder. Raises InputError when it is none."""
    for row in _rows(folder / HITS, ("id", "benchmark", "item", "evidence", "similarity", "removed")):
        if row["removed"]:
            detail = f"{row['item']} ({row['evidence']} {_number(row['similarity'])})"
            yield Removal(str(row["id"]), str(row["benchmark"]), detail)


def places(ids: pa.Array, removals: Sequence[Removal]) -> NDArray[np.int64]:
    """Position of each removal in the run's ids (n,); -1 where the run does not hold it."""
    wanted = pa.array([removal.id for removal in removals], ids.type)
    return pc.index_in(wanted, value_set=ids).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)  # type: ignore[no-any-return]


def _rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(
            f"cannot read {path}: {error}", hint="Give the folder that -o of the command named."
        ) from error
    with file:
        missing = [name for name in columns if name not in file.schema_arrow.names]
        if missing:
            raise InputError(f"{path} has no column {missing[0]!r}", hint="Is it the folder of the other command?")
        for batch in file.iter_batches(columns=list(columns)):
            yield from batch.to_pylist()


def _number(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else "?"
