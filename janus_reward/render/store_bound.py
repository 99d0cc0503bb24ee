"""Keeps a render store below a size: what was drawn longest ago goes first, and is drawn again when asked for."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

_REST = 0.8
_ROWS_PER_MIB = 64


def keep_below(folder: Path, most_bytes: int) -> int:
    """Delete the oldest pictures, and forget the oldest renders, of a store that has grown over a bound.

    Args:
        folder: of a `RenderStore`; others may be using it.
        most_bytes: of pictures; 64 renders a MiB are remembered beside them.

    Returns:
        Bytes that were freed; the store is then down to four fifths of the bound.
    """
    found = [(stat.st_mtime, stat.st_size, path) for path in folder.glob("??/*.png") if (stat := _stat(path))]
    total, freed = sum(size for _, size, _ in found), 0
    if total > most_bytes:
        for _, size, path in sorted(found, key=lambda item: (item[0], item[2])):
            if total - freed <= most_bytes * _REST:
                break
            path.unlink(missing_ok=True)
            freed += size
    _forget(folder / "index.sqlite", (most_bytes >> 20) * _ROWS_PER_MIB)
    return freed


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _forget(index: Path, rows: int) -> None:
    if not index.exists():
        return
    with contextlib.closing(sqlite3.connect(index, timeout=60, isolation_level=None)) as database:
        database.execute("DELETE FROM renders WHERE rowid <= (SELECT max(rowid) FROM renders) - ?", (rows,))
