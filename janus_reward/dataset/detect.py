"""Which reader a source needs: told by what lies there, then by the name's ending."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from janus_reward.dataset.jsonl import JsonlReader
from janus_reward.dataset.reader import Reader
from janus_reward.errors import InputError

_HUB_ID = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}(?:#[\w.-]+)?(?::[\w.-]+)?")
_PACKED = (".gz", ".zst", ".zstd")
_FORMATS_HINT = (
    "Give a .jsonl, .json, .parquet, .csv or .tsv file, a folder of JSONL or Parquet files, of `save_to_disk` or of "
    "code files, or a Hub id ORG/NAME."
)


def detect_reader(src: str) -> Reader:
    """The reader for a source. Raises InputError when there is none or nothing is there."""
    if src.startswith("hf:"):
        return _hub(src.removeprefix("hf:"))
    path = Path(src)
    split = None
    if not path.exists() and ":" in path.name and Path(src.rpartition(":")[0]).is_dir():
        head, _, split = src.rpartition(":")
        path = Path(head)
    if path.is_dir():
        return _folder(path, split)
    if path.exists():
        return _file(path)
    if _HUB_ID.fullmatch(src) and ending(path) not in FILE_READERS and not path.parent.is_dir():
        return _hub(src)
    raise InputError(f"{src}: there is no such file or folder", hint=_FORMATS_HINT)


def ending(path: Path) -> str:
    """The ending that tells the format, without that of a compression: `.jsonl` of `a.jsonl.gz`."""
    name = path.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return Path(name).suffix


def _jsonl(path: Path) -> Reader:
    return JsonlReader([(path.name, path)], path.name)


def _json(path: Path) -> Reader:
    from janus_reward.dataset.json_file import open_json

    return open_json(path)


def _parquet(path: Path) -> Reader:
    from janus_reward.dataset.parquet import ParquetReader

    return ParquetReader([(path.name, path)], path.name)


def _table(path: Path) -> Reader:
    from janus_reward.dataset.table import TableReader

    return TableReader(path, "\t" if ending(path) == ".tsv" else ",")


FILE_READERS: dict[str, Callable[[Path], Reader]] = {
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".jsonlines": _jsonl,
    ".json": _json,
    ".parquet": _parquet,
    ".pq": _parquet,
    ".csv": _table,
    ".tsv": _table,
}
"""Ending of a file to what opens it: a new file format is one line here."""


def _file(path: Path) -> Reader:
    opener = FILE_READERS.get(ending(path))
    if opener is None:
        raise InputError(
            f"{path.name}: the ending {ending(path) or '(none)'} is not a format that can be read", hint=_FORMATS_HINT
        )
    return opener(path)


def _folder(path: Path, split: str | None) -> Reader:
    name = path.resolve().name
    if (path / "dataset_dict.json").is_file() or (path / "state.json").is_file():
        from janus_reward.dataset.hf import open_saved

        return open_saved(path, split)
    if split is not None:
        raise InputError(
            f"{name}:{split}: only a folder written by `save_to_disk` has splits", hint="Leave the split out."
        )
    if lines := _data_files(path, (".jsonl", ".ndjson", ".jsonlines")):
        return JsonlReader(lines, name)
    if tables := _data_files(path, (".parquet", ".pq")):
        from janus_reward.dataset.parquet import ParquetReader

        return ParquetReader(tables, name)
    from janus_reward.dataset.folder import FolderReader

    return FolderReader(path, name)


def _data_files(folder: Path, endings: tuple[str, ...]) -> list[tuple[str, Path]]:
    """Names and paths, sorted, of a format's files in a folder, or else below it; hidden ones never."""
    for found in (folder.iterdir(), folder.rglob("*")):
        files = [(file.relative_to(folder), file) for file in found if ending(file) in endings and file.is_file()]
        shown = sorted((n.as_posix(), f) for n, f in files if not any(part.startswith(".") for part in n.parts))
        if shown:
            return shown
    return []


def _hub(reference: str) -> Reader:
    from janus_reward.dataset.hf import open_hub

    return open_hub(reference)
