"""JSONL, plain or compressed: one record a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from janus_reward.dataset.identity import files_sha256
from janus_reward.dataset.lines import Line, count_lines, open_bytes, read_lines
from janus_reward.dataset.reader import RawRow
from janus_reward.errors import InputError

_BOM = b"\xef\xbb\xbf"
_MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"RIFF": "a RIFF file (WebP, audio or video)",
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"\x7fELF": "a program",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"SQLite": "a SQLite database",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


class JsonlReader:
    """Rows of one or more JSONL files, in the order given. Blank lines are no rows.

    Args:
        files: names relative to the source, with their paths.
        name: of the source, for messages.
    """

    format = "jsonl"

    def __init__(self, files: Sequence[tuple[str, Path]], name: str) -> None:
        self.name = name
        self._files = list(files)
        for file, path in self._files:
            refuse_binary(path, file)

    def rows(self) -> Iterator[RawRow]:
        """Stream the rows; a damaged line is a row with an error."""
        for name, path in self._files:
            folder = path.parent.resolve()
            for line in read_lines(path, name):
                if line.error is not None:
                    yield RawRow(None, name, line.number, line.error, folder)
                elif line.data.strip():
                    yield _row(line, name, folder)

    def count(self) -> int | None:
        """Lines of all files (blank ones too), or `None` when one is compressed."""
        counts = [count_lines(path, name) for name, path in self._files]
        return None if None in counts else sum(count or 0 for count in counts)

    def fingerprint(self) -> str:
        """Sha256 over the bytes of the files."""
        return files_sha256(self._files)


def _row(line: Line, file: str, folder: Path) -> RawRow:
    data = line.data.removeprefix(_BOM) if line.number == 1 else line.data
    value, error = parse_json(data)
    if error is None and not isinstance(value, dict):
        value, error = None, "the line is JSON but no object; write one {...} a line"
    return RawRow(value, file, line.number, error, folder)


def parse_json(data: bytes) -> tuple[Any, str | None]:
    """The value of JSON bytes, or what is wrong; bytes that are no UTF-8 are replaced and the value is kept."""
    error = None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        text = data.decode("utf-8", "replace")
        error = f"invalid UTF-8 at byte {problem.start}; save the file as UTF-8"
    try:
        return json.loads(text), error
    except json.JSONDecodeError as problem:
        return None, error or f"damaged JSON at character {problem.pos + 1} ({problem.msg}); repair or remove it"
    except RecursionError:
        return None, error or "JSON nested too deep; flatten the record"
    except ValueError:
        return None, error or "JSON with a number too long to read; write it as text"


def refuse_binary(path: Path, name: str) -> None:
    """Raise InputError when the first bytes say that a file holds no text at all."""
    with open_bytes(path, name) as file:
        try:
            head = file.read(4096)
        except OSError:
            return
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if kind is None and b"\0" in head and not head.lstrip().startswith((b"{", b"[")):
        kind = "binary"
    if kind is not None:
        raise InputError(
            f"{name}: is {kind}, not JSON Lines",
            hint="Give a UTF-8 file with one JSON object a line, or another format.",
        )
