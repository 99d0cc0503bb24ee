"""A batch of records as columns: what the fingerprint stage takes, from whatever source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

TOLD = 3
"""Rows that could not be read whose reason is told."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records to compare.

    Args:
        ids: (n,) strings.
        rows: (n,) int64 positions in the source.
        code, instruction: (n,) strings, null where there is none.
        languages: (n,) strings, null where it is not known.
        scores: (n,) float64, NaN where there is none; the higher survives.
        pictures: n encoded pictures (PNG, JPEG ...), `None` where there is none; `None` as a whole: no pictures at all.
        sources: (n,) strings: `meta.source`, null where it is not told; `None` as a whole: not read.
        errors: rows of the source that could not be read; they come with no content.
        troubles: what is wrong with the first of these rows.
    """

    ids: pa.Array
    rows: NDArray[np.int64]
    code: pa.Array | None = None
    instruction: pa.Array | None = None
    languages: pa.Array | None = None
    scores: NDArray[np.float64] | None = None
    pictures: Sequence[bytes | None] | None = None
    sources: pa.Array | None = None
    errors: int = 0
    troubles: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def troubles(rows: Iterable[int], ids: Iterable[str], errors: Iterable[str | None]) -> tuple[str, ...]:
    """What is wrong with the first rows that have an error."""
    told = (f"row {row} ({id_}): {error}" for row, id_, error in zip(rows, ids, errors, strict=True) if error)
    return tuple(islice(told, TOLD))


class Teller:
    """Tells what is wrong with the first rows of a source.

    Args:
        note: called with each reason.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note, self._left = note, TOLD

    def tell(self, troubles: Sequence[str]) -> None:
        """Tell of some rows, unless enough was told."""
        for trouble in troubles[: self._left]:
            self._note(trouble)
            self._left -= 1
