"""CSV and TSV: a header line, then one record a line; dotted headers (`before.code`, `meta.source`) are nested."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from janus_reward.dataset.bounds import MAX_TEXT_CHARS
from janus_reward.dataset.identity import file_sha256
from janus_reward.dataset.jsonl import refuse_binary
from janus_reward.dataset.lines import open_bytes
from janus_reward.dataset.reader import RawRow
from janus_reward.errors import InputError


class TableReader:
    """Rows of a delimited text file; an empty cell is an absent field.

    Args:
        path: of the file, plain or compressed.
        delimiter: one character.
    """

    format = "csv"

    def __init__(self, path: Path, delimiter: str) -> None:
        self.name = path.name
        self._path = path
        self._delimiter = delimiter
        refuse_binary(path, self.name)

    def rows(self) -> Iterator[RawRow]:
        """Stream the rows; one with another number of values than the header is a row with an error."""
        csv.field_size_limit(MAX_TEXT_CHARS + 1)
        folder = self._path.parent.resolve()
        with io.TextIOWrapper(open_bytes(self._path, self.name), "utf-8-sig", "surrogateescape", newline="") as text:
            reader = csv.reader(text, delimiter=self._delimiter)
            header: list[str] | None = None
            for values, error in _records(reader):
                if header is None and values:
                    header = _header(values, self.name)
                elif values or error:
                    data, wrong = _fields(header or [], values)
                    yield RawRow(data, self.name, reader.line_num, error or wrong, folder)

    def count(self) -> int | None:
        """Not known without parsing: `None`."""
        return None

    def fingerprint(self) -> str:
        """Sha256 of the file's bytes."""
        return file_sha256(self._path, self.name)


def _records(reader: Any) -> Iterator[tuple[list[str], str | None]]:
    while True:
        try:
            yield next(reader), None
        except StopIteration:
            return
        except csv.Error as error:
            yield [], f"damaged CSV ({error}); check the quotes"
        except OSError:
            yield [], "the compressed file breaks off here; later rows are lost, copy the file again"
            return


def _header(values: list[str], name: str) -> list[str]:
    if any(_broken(value) for value in values):
        raise InputError(f"{name}: the header is no UTF-8 text", hint="Save the file as UTF-8.")
    return [value.strip() for value in values]


def _fields(header: list[str], values: list[str]) -> tuple[dict[str, Any] | None, str | None]:
    if not values:
        return None, None
    wrong = None
    if len(values) != len(header):
        wrong = f"has {len(values)} values for {len(header)} columns; check the quotes and delimiters"
    elif any(_broken(value) for value in values):
        wrong = "invalid UTF-8; save the file as UTF-8"
    cells = zip(header, map(_mended, values), strict=False)
    return {name: value for name, value in cells if value != ""}, wrong


def _broken(value: str) -> bool:
    return not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value)


def _mended(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if _broken(value) else value
