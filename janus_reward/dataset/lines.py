"""Lines out of a file, plain or compressed, with a bound on each and no exception for what is damaged."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from janus_reward.dataset.bounds import MAX_LINE_BYTES
from janus_reward.dataset.packed import DamagedFile, open_packed
from janus_reward.errors import InputError

_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1 and its bytes without the line end, or what was wrong in place of them."""

    number: int
    data: bytes
    error: str | None = None


def open_bytes(path: Path, name: str) -> io.BufferedReader:
    """The bytes of a file, decompressed when it is gzip or zstandard (told by content). Raises InputError."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        packed = open_packed(path, magic)
        return packed or io.BufferedReader(io.FileIO(path), _BUFFER)
    except OSError as error:
        raise InputError(
            f"{name}: cannot be opened ({error.strerror})", hint="Check the path and its permissions."
        ) from None


def read_lines(path: Path, name: str) -> Iterator[Line]:
    """The lines of a file. A line over the bound is one error; a file that breaks off is one error at its end."""
    number = 0
    with closing(open_bytes(path, name)) as file:
        while True:
            number += 1
            try:
                data = file.readline(MAX_LINE_BYTES + 1)
                too_long = len(data) > MAX_LINE_BYTES and _skip_rest(file, data)
            except OSError as error:
                yield Line(
                    number,
                    b"",
                    f"the file breaks off here ({_reason(error)}); later rows are lost, copy the file again",
                )
                return
            if not data:
                return
            if too_long:
                yield Line(
                    number,
                    b"",
                    f"the line is over the bound of {MAX_LINE_BYTES // 2**20} MiB; split or drop the record",
                )
            else:
                yield Line(number, data)


def _skip_rest(file: io.BufferedReader, data: bytes) -> bool:
    while data and not data.endswith(b"\n"):
        data = file.readline(_BUFFER)
    return True


def _reason(error: OSError) -> str:
    return str(error) if isinstance(error, DamagedFile) else "a read error"


def count_lines(path: Path, name: str) -> int | None:
    """Number of lines, in one pass over an uncompressed file; `None` for a compressed one."""
    newlines, last = 0, b"\n"
    with closing(open_bytes(path, name)) as file:
        if not isinstance(file.raw, io.FileIO):
            return None
        while chunk := file.read(_BUFFER):
            newlines += chunk.count(b"\n")
            last = chunk[-1:]
    return newlines + (last != b"\n")
