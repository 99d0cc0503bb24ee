"""Who is who: ids made from content, ids that came twice, fingerprints of files."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from janus_reward.errors import InputError

_CHUNK = 1 << 20
_CONTENT_BYTES = 2 << 30
_ID_FIELDS = ("instruction", "code", "language", "task", "before.code")
_PICTURE_FIELDS = ("render", "reference", "before.render")


def content_id(fields: Mapping[str, Any]) -> str:
    """First 16 hex digits of the sha256 over the fields that make a triple what it is, as the source gave them.

    Counts: instruction, code, language, task, before.code, and for pictures their path or the hash of their bytes.
    """
    digest = hashlib.sha256()
    for name in _ID_FIELDS:
        _add(digest, fields.get(name))
    for name in _PICTURE_FIELDS:
        for key in _picture_keys(fields.get(name)):
            _add(digest, key)
        digest.update(b";")
    return digest.hexdigest()[:16]


def _add(digest: hashlib._Hash, value: object) -> None:
    if not isinstance(value, str):
        digest.update(b"-")
        return
    data = value.encode("utf-8", "surrogatepass")
    digest.update(b"%d:" % len(data))
    digest.update(data)


def _picture_keys(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield hashlib.sha256(value).hexdigest()
    elif isinstance(value, Mapping):
        data = value.get("bytes")
        yield from _picture_keys(data if isinstance(data, bytes) else value.get("path"))
    elif isinstance(value, (list, tuple)):
        for item in value:
            if not isinstance(item, (list, tuple)):
                yield from _picture_keys(item)


class SeenIds:
    """The ids met so far, as 8-byte hashes in an open-addressed table: 12 to 24 bytes an id, whatever its length.

    Two different ids share a hash about once in 10**7 runs of a million rows; the later one then only gets a suffix.
    """

    def __init__(self) -> None:
        self._size = 0
        self._table = array("Q", bytes(8 * 1024))

    def add(self, id_: str) -> bool:
        """Remember an id; True when it is new."""
        if 3 * self._size >= 2 * len(self._table):
            self._grow()
        key = int.from_bytes(hashlib.blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        new = _insert(self._table, key or 1)
        self._size += new
        return new

    def claim(self, id_: str, row: int) -> tuple[str, bool]:
        """A unique id for a row: the id itself, or `ID#ROW` when it was met before; and whether it was new."""
        if self.add(id_):
            return id_, True
        unique = f"{id_}#{row}"
        while not self.add(unique):
            unique = f"{unique}#{row}"
        return unique, False

    def _grow(self) -> None:
        old, self._table = self._table, array("Q", bytes(16 * len(self._table)))
        for key in old:
            if key:
                _insert(self._table, key)


def _insert(table: array[int], key: int) -> bool:
    mask = len(table) - 1
    slot = key & mask
    while table[slot]:
        if table[slot] == key:
            return False
        slot = (slot + 1) & mask
    table[slot] = key
    return True


def file_sha256(path: Path, name: str) -> str:
    """Sha256 hex of a file's bytes. Raises InputError, under `name`, when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise InputError(
            f"{name}: cannot be read ({error.strerror})", hint="Check the file and its permissions."
        ) from None
    return digest.hexdigest()


def files_sha256(files: Iterable[tuple[str, Path]]) -> str:
    """Sha256 hex over the names and contents of several files; over 2 GiB together, names, sizes and mtimes."""
    listed = sorted(files)
    if len(listed) == 1:
        return file_sha256(listed[0][1], listed[0][0])
    stats = [path.stat() for _, path in listed]
    by_content = sum(stat.st_size for stat in stats) <= _CONTENT_BYTES
    digest = hashlib.sha256()
    for (name, path), stat in zip(listed, stats, strict=True):
        mark = file_sha256(path, name) if by_content else f"{stat.st_size}:{stat.st_mtime_ns}"
        digest.update(f"{name}\0{mark}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
