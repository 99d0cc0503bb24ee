"""The ledger: every raw reply of a model judge, under the hash of everything that determines it.

SQLite in WAL mode. Several processes may write at once; the first reply under a key stays, so that all of them go on
with the same one. A file that is no ledger, or a damaged one, is moved aside and a new one begun.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from janus_reward.errors import DiskError

FILE = "ledger.sqlite"
"""Name of the file inside a ledger folder or a run folder."""

_APPLICATION = 0x4A52_4C31
_CHECKED_BYTES = 256 * 2**20
_BUSY_S = 60.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    key BLOB PRIMARY KEY, body BLOB NOT NULL, crc INTEGER NOT NULL, model TEXT NOT NULL, finish TEXT NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, seconds REAL NOT NULL, run TEXT NOT NULL
) WITHOUT ROWID
"""
_SELECT = "SELECT key, body, crc, model, finish, tokens_in, tokens_out, seconds, run FROM replies WHERE key IN"


@dataclass(frozen=True, slots=True)
class Entry:
    """One reply as the ledger holds it.

    Args:
        body: the reply, JSON-able.
        model: who replied; `run`: the run that paid for it.
        finish: how the reply ended.
        seconds: latency.
    """

    body: Mapping[str, Any]
    model: str
    finish: str
    tokens_in: int
    tokens_out: int
    seconds: float
    run: str = ""


class Ledger:
    """Replies by key, shared between runs, threads and processes.

    Args:
        path: the file; made with its folder when absent.

    Attributes:
        notice: what was wrong with the file and where it was moved, or `None`.

    Raises:
        DiskError: the file cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notice: str | None = None
        self._turn = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _alone(path):
                self._database = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise DiskError(f"cannot open the ledger {path}: {error}", hint="Choose another --ledger.") from error

    def get(self, key: bytes) -> Entry | None:
        """The reply under a key, or `None`; an entry that was damaged counts as absent."""
        return self.get_all((key,)).get(key)

    def get_all(self, keys: Sequence[bytes]) -> dict[bytes, Entry]:
        """The replies under those of some keys (at most 30,000) that are there, undamaged; one look-up for all."""
        asked = f"{_SELECT} ({', '.join('?' * len(keys))})"
        with self._turn, self._guarded():
            rows = self._database.execute(asked, keys).fetchall()
        return {
            key: Entry(json.loads(zlib.decompress(body)), *rest)
            for key, body, crc, *rest in rows
            if zlib.crc32(body) == crc
        }

    def put(self, key: bytes, entry: Entry) -> Entry:
        """Keep a reply unless there is one; returns the one that the ledger holds."""
        body = zlib.compress(json.dumps(entry.body, ensure_ascii=True, separators=(",", ":")).encode(), 1)
        rest = (entry.model, entry.finish, entry.tokens_in, entry.tokens_out, entry.seconds, entry.run)
        with self._turn, self._guarded():
            added = self._database.execute(
                "INSERT INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (key, body, zlib.crc32(body), *rest),
            ).rowcount
        if added:
            return entry
        return self.get(key) or self._replaced(key, body, entry)

    def spent(self, run: str) -> list[tuple[str, int, int, int]]:
        """What a run paid for: (model, replies, tokens in, tokens out), one line a model."""
        with self._turn, self._guarded():
            return self._database.execute(
                "SELECT model, count(*), sum(tokens_in), sum(tokens_out) FROM replies WHERE run = ?"
                " GROUP BY model ORDER BY model",
                (run,),
            ).fetchall()

    def __len__(self) -> int:
        with self._turn, self._guarded():
            return int(self._database.execute("SELECT count(*) FROM replies").fetchone()[0])

    def close(self) -> None:
        """Give the file free."""
        with self._turn:
            self._database.close()

    def _replaced(self, key: bytes, body: bytes, entry: Entry) -> Entry:
        """The entry there is damaged: put this one in its place."""
        with self._turn, self._guarded():
            self._database.execute(
                "UPDATE replies SET body = ?, crc = ?, finish = ?, seconds = ? WHERE key = ?",
                (body, zlib.crc32(body), entry.finish, entry.seconds, key),
            )
        return entry

    def _opened(self) -> sqlite3.Connection:
        try:
            return _connected(self.path, check=True)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            aside = _moved_aside(self.path)
            self.notice = (
                f"the ledger {self.path} was damaged ({error}); it was moved to {aside.name}, a new one begins"
            )
            return _connected(self.path, check=False)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            hint = (
                "Free space if the disk is full, and run the same command again; a damaged ledger is then moved aside."
            )
            raise DiskError(f"the ledger {self.path} failed: {error}", hint=hint) from error


def _connected(path: Path, *, check: bool) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _prepared(database, path, check)
    except BaseException:
        database.close()
        raise
    return database


def _prepared(database: sqlite3.Connection, path: Path, check: bool) -> None:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    mark = database.execute("PRAGMA application_id").fetchone()[0]
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    if tables and mark != _APPLICATION:
        raise sqlite3.DatabaseError("another program's database")
    if check and tables and path.stat().st_size <= _CHECKED_BYTES:
        found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    database.execute(f"PRAGMA application_id = {_APPLICATION}")
    database.execute(_SCHEMA)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Only one process at a time opens (and, if need be, moves aside) the file."""
    with path.with_name(path.name + ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _moved_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return aside
