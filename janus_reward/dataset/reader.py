"""What a reader is: rows of raw values, with where each came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as a format gives it, before any meaning is read into it.

    Args:
        data: the values by field name; `None` when nothing of the row could be read.
        file: name of the file, relative to the source; for messages.
        line: line in that file, from 1, where the format has lines.
        error: what was wrong with the row and what to do, when the format could not read all of it.
        folder: folder that relative picture paths start from, and may not leave; `None` when there is none.
    """

    data: Mapping[str, Any] | None
    file: str
    line: int | None = None
    error: str | None = None
    folder: Path | None = None


class Reader(Protocol):
    """One format's way to rows. `rows` may be called again and always gives the same rows in the same order."""

    name: str
    format: str

    def rows(self) -> Iterator[RawRow]:
        """Stream the rows; a row that cannot be read is a `RawRow` with an error. Raises InputError."""
        ...

    def count(self) -> int | None:
        """Number of rows when it is cheap to know (for progress only), else `None`."""
        ...

    def fingerprint(self) -> str:
        """Sha256 hex of what the source holds."""
        ...
