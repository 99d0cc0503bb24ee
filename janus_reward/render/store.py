"""Where renders are kept: PNG files by content hash, and an index from render key to what came of it.

The folder may be shared by processes. Files are written to a temporary name and renamed; the index is SQLite in WAL
mode, so a process killed at any point leaves a store that opens again. A picture is checked against its hash when read.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

from janus_reward.errors import DiskError
from janus_reward.triple import Render, Still

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def digest(value: Any) -> str:
    """SHA-256 of a JSON-able value or dataclass in canonical form (sorted keys, no spaces)."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class RenderStore:
    """Pictures by SHA-256 and renders by key, in one folder.

    Args:
        folder: created when absent.
        cache: another folder of this kind, shared between runs: asked when this one does not know, told what is new.

    Raises:
        DiskError: the folder cannot be written (disk full, read-only, quota).
    """

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self.folder = folder
        self._cache = RenderStore(cache) if cache is not None else None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = sqlite3.connect(folder / "index.sqlite", timeout=60, isolation_level=None)
            self._index.execute("PRAGMA journal_mode=WAL")
            self._index.execute("PRAGMA synchronous=NORMAL")
            self._index.execute("CREATE TABLE IF NOT EXISTS renders (key TEXT PRIMARY KEY, render TEXT NOT NULL)")
        except (OSError, sqlite3.Error) as error:
            raise _disk_error(folder, error) from error

    def path(self, sha256: str) -> Path:
        """The file that holds (or would hold) a picture."""
        return self.folder / sha256[:2] / f"{sha256}.png"

    def put_picture(self, png: bytes) -> str:
        """Store PNG bytes; returns their hash. Writing the same picture twice is free."""
        sha256 = hashlib.sha256(png).hexdigest()
        target = self.path(sha256)
        if target.exists():
            return sha256
        part = target.with_name(f".{sha256}.{os.getpid()}.part")
        try:
            _write(part, png)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _disk_error(target, error) from error
        return sha256

    def picture(self, sha256: str) -> bytes | None:
        """The bytes of a stored picture; `None` when it is absent or does not match its hash."""
        try:
            png = self.path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(png).hexdigest() == sha256:
            return png
        self.path(sha256).unlink(missing_ok=True)
        return None

    def put_render(self, key: str, render: Render) -> None:
        """Remember what came of a render key."""
        if self._cache is not None:
            for still in render.stills:
                self._cache.put_picture(self.path(still.sha256).read_bytes())
            self._cache.put_render(key, render)
        self._store(key, render)

    def _store(self, key: str, render: Render) -> None:
        try:
            self._index.execute("INSERT OR REPLACE INTO renders VALUES (?, ?)", (key, _dump(render)))
        except sqlite3.Error as error:
            raise _disk_error(self.folder / "index.sqlite", error) from error

    def render(self, key: str) -> Render | None:
        """What came of a render key before, or `None` when it (or one of its pictures) is not here."""
        row = self._index.execute("SELECT render FROM renders WHERE key = ?", (key,)).fetchone()
        if row is None:
            return self._from_cache(key)
        render = _load(json.loads(row[0]))
        return render if all(self.path(still.sha256).exists() for still in render.stills) else self._from_cache(key)

    def close(self) -> None:
        """Close the index."""
        self._index.close()
        if self._cache is not None:
            self._cache.close()

    def _from_cache(self, key: str) -> Render | None:
        render = self._cache.render(key) if self._cache is not None else None
        if render is None or self._cache is None:
            return None
        pictures = [png for still in render.stills if (png := self._cache.picture(still.sha256)) is not None]
        if len(pictures) < len(render.stills):
            return None
        for png in pictures:
            self.put_picture(png)
        self._store(key, render)
        return render


def _write(path: Path, content: bytes) -> None:
    """A file, in a folder that is made when it is not there."""
    try:
        path.write_bytes(content)
    except FileNotFoundError:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def _dump(render: Render) -> str:
    plain: dict[str, Any] = {item.name: getattr(render, item.name) for item in fields(render)}
    plain["stills"] = [asdict(still) for still in render.stills]
    plain["facts"] = dict(render.facts)
    return json.dumps(plain, sort_keys=True)


def _load(plain: Mapping[str, Any]) -> Render:
    stills = tuple(Still(**still) for still in plain["stills"])
    return Render(**{**plain, "stills": stills})


def _disk_error(path: Path, error: Exception) -> DiskError:
    full = (isinstance(error, OSError) and error.errno in _FULL) or "full" in str(error)
    hint = "Free space there and run the same command again." if full else "Check the folder's permissions."
    return DiskError(f"cannot write {path}: {error}", hint=hint)
