"""Ids out of a file, such as those of documents that an index shall forget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from janus_reward.dataset.detect import detect_reader
from janus_reward.dataset.lines import Line, read_lines
from janus_reward.dataset.reader import RawRow
from janus_reward.dataset.record import Place, explicit_id
from janus_reward.dedup.batch import TOLD
from janus_reward.errors import InputError

_NO_ID = "there is no id that can be used; the row is left out, give it a field `id` with text or a whole number"


@dataclass(frozen=True, slots=True)
class IdList:
    """What a file names.

    Args:
        ids: each once, in order.
        errors: rows without an id that can be used.
        troubles: what is wrong with the first of these.
    """

    ids: tuple[str, ...]
    errors: int = 0
    troubles: tuple[str, ...] = ()


def read_ids(path: Path) -> IdList:
    """The ids that a file names: an id a line in a `.txt`, the field `id` of any file that a dataset may be.

    Raises:
        InputError: there is no such file, or it cannot be read at all.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file", hint="Give a .txt, .jsonl, .parquet or .csv file of ids.")
    ids: dict[str, None] = {}
    errors, troubles = 0, list[str]()
    for row, raw in enumerate(_rows(path)):
        found = explicit_id(raw.data or {})
        if found is not None:
            ids[found] = None
            continue
        errors += 1
        if len(troubles) < TOLD:
            troubles.append(Place(row, raw.file, raw.line).error(raw.error or _NO_ID))
    return IdList(tuple(ids), errors, tuple(troubles))


def _rows(path: Path) -> Iterator[RawRow]:
    if path.suffix.lower() != ".txt":
        return detect_reader(str(path)).rows()
    return (_row(line, path.name) for line in read_lines(path, path.name) if line.error or line.data.strip())


def _row(line: Line, name: str) -> RawRow:
    try:
        return RawRow({"id": line.data.decode("utf-8-sig").strip()}, name, line.number, line.error)
    except UnicodeDecodeError:
        return RawRow(None, name, line.number, "is not UTF-8; write the file again")
