"""A `.json` file: a list of records, streamed; or one record; or JSON Lines under another name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from io import BufferedReader
from pathlib import Path

from janus_reward.dataset.bounds import MAX_LINE_BYTES
from janus_reward.dataset.identity import file_sha256
from janus_reward.dataset.jsonl import JsonlReader, parse_json, refuse_binary
from janus_reward.dataset.lines import open_bytes
from janus_reward.dataset.reader import RawRow, Reader
from janus_reward.errors import InputError

_CHUNK = 1 << 20
_OUTSIDE = re.compile(rb'["\[\]{},]')
_IN_STRING = re.compile(rb'["\\]')
_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_LISTS = ("data", "rows", "records", "examples", "items", "triples")


def open_json(path: Path) -> Reader:
    """The reader for a `.json` file, told by its first bytes. Raises InputError when it is no JSON."""
    refuse_binary(path, path.name)
    first = _first_line(path)
    if first.startswith(b"["):
        return JsonListReader(path)
    if first.startswith(b"{") and not isinstance(parse_json(first)[0], dict):
        return JsonObjectReader(path)
    if first and not first.startswith(b"{"):
        raise InputError(f"{path.name}: is not JSON", hint="Give a list of objects, one object, or one object a line.")
    return JsonlReader([(path.name, path)], path.name)


def _first_line(path: Path) -> bytes:
    """The first line that is not blank, or its first MiB, or what comes before damage."""
    line = bytearray()
    with closing(open_bytes(path, path.name)) as file:
        while len(line) < _CHUNK and (not line or b"\n" not in line):
            try:
                part = file.read1(_CHUNK)
            except OSError:
                part = b""
            if not part:
                break
            line += part
            line = line.removeprefix(_BOM).lstrip()
    return bytes(line).partition(b"\n")[0]


class JsonListReader:
    """Rows of a file that holds one JSON list; item after item is read, never the whole list.

    Args:
        path: of the file, plain or compressed.
    """

    format = "json"

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path

    def rows(self) -> Iterator[RawRow]:
        """Stream the items; a damaged item is a row with an error."""
        folder = self._path.parent.resolve()
        with closing(open_bytes(self._path, self.name)) as file:
            for item, error in list_items(file):
                value, wrong = parse_json(item) if error is None else (None, error)
                if wrong is None and not isinstance(value, dict):
                    value, wrong = None, "the item is no object; write a list of {...}"
                yield RawRow(value, self.name, None, wrong, folder)

    def count(self) -> int | None:
        """Not known without parsing: `None`."""
        return None

    def fingerprint(self) -> str:
        """Sha256 of the file's bytes."""
        return file_sha256(self._path, self.name)


class JsonObjectReader:
    """The one record of a file that holds one JSON object, or the list of records under its `data` (or the like)."""

    format = "json"

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path

    def rows(self) -> Iterator[RawRow]:
        """Give the record, or the records of the list. Raises InputError for a file over the bound on one record."""
        folder = self._path.parent.resolve()
        try:
            with closing(open_bytes(self._path, self.name)) as file:
                data = file.read(MAX_LINE_BYTES + 1)
        except OSError:
            yield RawRow(None, self.name, None, "the file breaks off or cannot be read; copy it again", folder)
            return
        if len(data) > MAX_LINE_BYTES:
            raise InputError(f"{self.name}: one object of over 64 MiB", hint="Write the records as JSON Lines.")
        value, error = parse_json(data.removeprefix(_BOM))
        listed = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None) if value else None
        for item in [value] if listed is None else listed:
            wrong = error if item is None or isinstance(item, dict) else "the item is no object; write a list of {...}"
            yield RawRow(item if isinstance(item, dict) else None, self.name, None, wrong, folder)

    def count(self) -> int | None:
        """Not known without parsing: `None`."""
        return None

    def fingerprint(self) -> str:
        """Sha256 of the file's bytes."""
        return file_sha256(self._path, self.name)


def list_items(file: BufferedReader) -> Iterator[tuple[bytes, str | None]]:
    """The bytes of each item of a JSON list, found by its brackets and quotes, or what is wrong in place of them."""
    scan = _ItemScan()
    while True:
        try:
            chunk = file.read1(_CHUNK)
        except OSError:
            yield b"", "the compressed file breaks off here; later rows are lost, copy the file again"
            return
        if not chunk:
            break
        yield from scan.feed(chunk)
        if scan.trailing:
            break
    yield from scan.finish()


class _ItemScan:
    """Cuts a JSON list into its items, chunk by chunk; holds one item at most."""

    def __init__(self) -> None:
        self.done = False
        self.trailing = False
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._item = bytearray()
        self._dropped = False

    def feed(self, chunk: bytes) -> Iterator[tuple[bytes, str | None]]:
        """The items that this chunk completes."""
        start = position = 0
        if self.done:
            self.trailing = bool(chunk.strip())
            return
        if self._escaped and chunk:
            position, self._escaped = 1, False
        while (mark := (_IN_STRING if self._in_string else _OUTSIDE).search(chunk, position)) is not None:
            position = mark.end()
            sign = mark.group()
            if sign == b"\\":
                self._escaped = position == len(chunk)
                position += 1
            elif sign == b'"':
                self._in_string = not self._in_string
            elif sign in b"[{":
                self._depth += 1
                if self._depth == 1:
                    self._item.clear()
                    start = position
            elif self._ends_item(sign):
                self._keep(chunk[start : mark.start()])
                yield from self._emit(last=self._depth == 0)
                start = position
                if self.done:
                    self.trailing = bool(chunk[position:].strip())
                    return
        self._keep(chunk[start:])

    def finish(self) -> Iterator[tuple[bytes, str | None]]:
        """What is left when the file ends before its list does."""
        if self.trailing:
            yield b"", "there is more text after the list's end; later rows are lost, repair the file"
        elif self._item.strip(_SPACE) or self._dropped:
            yield b"", "the list breaks off within this item; later rows are lost, repair the file"
        elif self._depth:
            yield b"", "the list is not closed; later rows are lost, repair the file"

    def _ends_item(self, sign: bytes) -> bool:
        if sign == b",":
            return self._depth == 1
        if sign == b"]" or self._depth > 1:
            self._depth -= 1
        return self._depth == 0

    def _keep(self, part: bytes) -> None:
        if self._dropped:
            return
        self._item += part
        if len(self._item) > MAX_LINE_BYTES:
            self._item.clear()
            self._dropped = True

    def _emit(self, *, last: bool) -> Iterator[tuple[bytes, str | None]]:
        item = bytes(self._item).strip(_SPACE)
        if self._dropped:
            yield b"", f"the item is over the bound of {MAX_LINE_BYTES // 2**20} MiB; split or drop the record"
        elif item or not last:
            yield item, None
        self._item.clear()
        self._dropped = False
        self.done = last
