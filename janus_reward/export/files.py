"""Writers of the three containers: Parquet with small row groups, JSON lines, and tar shards."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.export.formats import Kind, Row
from janus_reward.prompt import extension
from janus_reward.run import Run

GROUP_ROWS = 100
"""Rows a Parquet row group: pictures make groups large, and readers hold a group in memory."""

SHARD_ROWS = 20_000
"""Rows a file."""

_TAR_ROWS = 1_000


class Pictures:
    """Pictures by hash in a folder `images/` of the set; the same picture is written once."""

    def __init__(self, folder: Path, run: Run) -> None:
        self._folder, self._run = folder, run

    def render(self, sha256: str | None) -> bytes | None:
        """A render of the run; `None` when its file is gone or not what its name says."""
        if sha256 is None:
            return None
        try:
            data = self._run.picture(sha256).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def path(self, data: bytes) -> str:
        """Where the picture lies, relative to the set."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self._folder / "images" / sha256[:2] / f"{sha256}.{extension(data)}"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return target.relative_to(self._folder).as_posix()


def finished(row: Row, kinds: Mapping[str, Kind], pictures: Pictures) -> Row:
    """A row with its pictures in the form that its columns ask for."""
    made = {}
    for name, kind in kinds.items():
        value = row.get(name)
        if name == "render":
            data = pictures.render(value)
            value = data if kind == "picture" else None if data is None else pictures.path(data)
        made[name] = _shown(value, kind, pictures)
    return made


def write_parquet(rows: Iterator[Row], kinds: Mapping[str, Kind], folder: Path, split: str) -> list[Path]:
    """Files `data/SPLIT-00000.parquet` ..., with the features that `datasets` reads from their schema."""
    schema = _features(kinds).arrow_schema
    paths: list[Path] = []
    writer: pq.ParquetWriter | None = None
    written = 0
    for group in _groups(rows, GROUP_ROWS):
        if writer is None or written >= SHARD_ROWS:
            if writer is not None:
                writer.close()
            paths.append(_next(folder / "data", split, len(paths), "parquet"))
            writer, written = pq.ParquetWriter(paths[-1], schema, compression="zstd"), 0
        writer.write_table(pa.Table.from_pylist(group, schema=schema))
        written += len(group)
    if writer is not None:
        writer.close()
    return paths


def write_jsonl(rows: Iterator[Row], kinds: Mapping[str, Kind], folder: Path, split: str) -> list[Path]:
    """One file `SPLIT.jsonl`; a column `images` that no row fills is left out."""
    path = folder / f"{split}.jsonl"
    written = 0
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            written += 1
    if not written:
        path.unlink()
    return [path] if written else []


def write_tar(rows: Iterator[Row], kinds: Mapping[str, Kind], folder: Path, split: str) -> list[Path]:
    """Files `SPLIT-KIND-00000.tar` ...: a sample is `KEY.json`, `KEY.render.png` and `KEY.0.png` ... for its prompt.

    KIND names the members beside the JSON: readers want the same members in every sample of a shard.
    """
    shards: dict[str, _Shards] = {}
    try:
        for number, row in enumerate(rows):
            members = list(_members(row, f"{number:09d}"))
            kind = "-".join(name.split(".")[1] for name, _ in members[1:]) or "code"
            if kind not in shards:
                shards[kind] = _Shards(folder, f"{split}-{kind}")
            shards[kind].add(members)
    finally:
        for own in shards.values():
            own.close()
    return sorted(path for own in shards.values() for path in own.paths)


class _Shards:
    """Tar files of one kind of sample, the last of them open."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name, self._samples = folder / "data", name, 0
        self._tar: tarfile.TarFile | None = None
        self.paths: list[Path] = []

    def add(self, members: list[tuple[str, bytes]]) -> None:
        """Write one sample, into a new file when the last one is full."""
        if self._tar is None or self._samples % _TAR_ROWS == 0:
            self.close()
            self.paths.append(_next(self._folder, self._name, len(self.paths), "tar"))
            self._tar = tarfile.open(self.paths[-1], "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            self._tar.addfile(entry, io.BytesIO(data))
        self._samples += 1

    def close(self) -> None:
        """Finish the open file."""
        if self._tar is not None:
            self._tar.close()


def _members(row: Row, key: str) -> Iterator[tuple[str, bytes]]:
    plain = {name: value for name, value in row.items() if name not in ("images", "render")}
    yield f"{key}.json", json.dumps(plain, ensure_ascii=False).encode("utf-8", "backslashreplace")
    if row["render"] is not None:
        yield f"{key}.render.png", row["render"]["bytes"]
    for at, picture in enumerate(row.get("images", ())):
        yield f"{key}.{at}.{extension(picture['bytes'])}", picture["bytes"]


def _shown(value: Any, kind: Kind, pictures: Pictures) -> Any:
    if kind == "picture":
        return None if value is None else {"bytes": value, "path": None}
    if kind == "pictures":
        return [{"bytes": data, "path": None} for data in value or ()]
    if kind == "paths":
        return [pictures.path(data) for data in value or ()]
    return value


def _features(kinds: Mapping[str, Kind]) -> Any:
    from datasets import Features, Image, Value
    from datasets.features import List

    turn = {"role": Value("string"), "content": Value("string")}
    made: dict[Kind, Any] = {
        "text": Value("string"),
        "turns": List(turn),
        "number": Value("float64"),
        "picture": Image(),
        "pictures": List(Image()),
        "paths": List(Value("string")),
    }
    return Features({name: made[kind] for name, kind in kinds.items()})


def _next(folder: Path, split: str, number: int, suffix: str) -> Path:
    folder.mkdir(exist_ok=True)
    return folder / f"{split}-{number:05d}.{suffix}"


def _groups(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    group: list[Row] = []
    for row in rows:
        group.append(row)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
