"""The items of a benchmark, read from a local file or from the Hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from janus_reward.dataset.detect import detect_reader
from janus_reward.dataset.hf import HubReader
from janus_reward.dataset.reader import RawRow
from janus_reward.decontaminate.registry import Benchmark
from janus_reward.errors import InputError

MAX_CHARS = 200_000
UNVERSIONED = "unversioned"


@dataclass(frozen=True, slots=True)
class Item:
    """One problem of a benchmark; empty texts where it has none."""

    benchmark: str
    id: str
    question: str
    answer: str
    code: str
    picture: bytes | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Items:
    """A benchmark's items, and what identifies them.

    Args:
        benchmark: the registry entry.
        items: in the order of the file.
        sha256: of the source they were read from.
        place: name of that source.
        empty: rows without any text.
        revision: release or commit of the source; `unversioned` where none is known for these very bytes.
    """

    benchmark: Benchmark
    items: tuple[Item, ...]
    sha256: str
    place: str
    empty: int
    revision: str = UNVERSIONED


def read_items(benchmark: Benchmark, file: str | None, data: Path | None) -> Items:
    """Read a benchmark: the file named, else its file below `data`, else its Hub id.

    Raises:
        InputError: there is no data for it, or none of its fields is in the data.
    """
    path = file or _below(data, benchmark.file)
    if path is None and benchmark.hub is None:
        home = f" ({benchmark.home})" if benchmark.home else ""
        hint = f"Name it: {benchmark.id}=FILE{home}"
        raise InputError(f"{benchmark.id}: {benchmark.file or 'its file'} is not below the data folder", hint=hint)
    reader = detect_reader(path or f"hf:{benchmark.hub}")
    made = [_item(benchmark, number, raw) for number, raw in enumerate(reader.rows(), 1)]
    items = tuple(item for item in made if item.question or item.answer or item.code or item.picture)
    if not items:
        raise InputError(f"{benchmark.id}: {reader.name}: none of its {len(made)} rows has a field that is looked for")
    sha256 = reader.fingerprint()
    revision = reader.revision if isinstance(reader, HubReader) else _revision(benchmark, sha256, file)
    return Items(benchmark, items, sha256, reader.name, len(made) - len(items), revision)


def _revision(benchmark: Benchmark, sha256: str, file: str | None) -> str:
    """What the registry says of its own file; of another file only when it says its hash too."""
    told = benchmark.sha256 == sha256 if benchmark.sha256 else file is None
    return benchmark.revision if told and benchmark.revision else UNVERSIONED


def _below(data: Path | None, name: str | None) -> str | None:
    if data is None or name is None:
        return None
    return next((str(path) for path in (data / name, data / "benchmarks" / name) if path.exists()), None)


def _item(benchmark: Benchmark, number: int, raw: RawRow) -> Item:
    if raw.data is None:
        line = "" if raw.line is None else f", line {raw.line}"
        raise InputError(f"{benchmark.id}: {raw.file}{line}: {raw.error}")
    row, fields = raw.data, benchmark.fields
    answer = _text(row, fields.answer)
    return Item(
        benchmark=benchmark.id,
        id=_text(row, fields.id) or str(number),
        question=_text(row, fields.question),
        answer=answer,
        code=_text(row, fields.code) or answer,
        picture=_picture(row, fields.picture, raw.folder),
        language=benchmark.language,
    )


def _text(row: Mapping[str, Any], wanted: str | list[str] | None) -> str:
    paths = [wanted] if isinstance(wanted, str) else wanted or []
    return "\n".join(part for path in paths if (part := _first(row, path)))[:MAX_CHARS]


def _first(row: Mapping[str, Any], alternatives: str) -> str:
    for path in alternatives.split("|"):
        value = _at(row, path)
        if value is not None and value != "":
            text = value if isinstance(value, str) else _flat(value)
            return text.encode("utf-8", "replace").decode()
    return ""


def _flat(value: Any) -> str:
    return "\n".join(map(_flat, value)) if isinstance(value, (list, tuple)) else str(value)


def _at(row: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(row, list) and step.isdigit():
            row = row[int(step)] if int(step) < len(row) else None
        elif isinstance(row, Mapping):
            row = row.get(step)
        else:
            return None
    return row


def _picture(row: Mapping[str, Any], wanted: str | None, folder: Path | None) -> bytes | None:
    value = next((found for path in (wanted or "").split("|") if path and (found := _at(row, path))), None)
    if isinstance(value, bytes):
        return value
    if isinstance(value, Mapping) and isinstance(value.get("bytes"), bytes):
        return bytes(value["bytes"])
    if not isinstance(value, str) or folder is None:
        return None
    path = (folder / value).resolve()
    try:
        return path.read_bytes() if path.is_relative_to(folder.resolve()) else None
    except OSError:
        return None
