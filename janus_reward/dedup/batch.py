"""A batch of records as columns: what the fingerprint stage takes, from whatever source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


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

    def __len__(self) -> int:
        return len(self.rows)
