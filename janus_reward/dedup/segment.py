"""A segment of the index: survivors in order of their coming, with sorted band keys; written once, never changed."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from janus_reward.compiled import kernel
from janus_reward.dedup.pictures import INK_BYTES
from janus_reward.dedup.shingle import ShingleSets
from janus_reward.dedup.store import Store

NAMES = ("code", "instruction")


@dataclass(frozen=True, slots=True)
class Members:
    """Documents in memory, with all that comparing needs.

    Args:
        ids: of the documents.
        sets: shingle sets by modality.
        of, ink, ground: pictures, as `Store.pictures` gives them.
        keys: band to (keys, documents), in order of the documents.
    """

    ids: pa.Array
    sets: dict[str, ShingleSets]
    of: NDArray[np.int32]
    ink: NDArray[np.uint8]
    ground: NDArray[np.uint8]
    keys: dict[str, tuple[NDArray[np.uint64], NDArray[np.uint32]]]

    def __len__(self) -> int:
        return len(self.of)


def taken(store: Store, chosen: NDArray[np.int64], *, keys: bool = True) -> Members:
    """Some documents of a store (or of a segment, which is one), in the order given."""
    of, ink, ground = store.pictures()
    pictured = np.flatnonzero(of[chosen] >= 0)
    new_of = np.full(len(chosen), -1, np.int32)
    new_of[pictured] = np.arange(len(pictured), dtype=np.int32)
    places = np.full(len(store), -1, np.int64)
    places[chosen] = np.arange(len(chosen))
    return Members(
        ids=store.ids().take(chosen).combine_chunks(),
        sets={name: taken_sets(store.sets[name], chosen) for name in NAMES},
        of=new_of,
        ink=ink[of[chosen[pictured]]],
        ground=ground[of[chosen[pictured]]],
        keys={name: _moved(*store.band(name), places) for name in store.bands} if keys else {},
    )


def taken_sets(sets: ShingleSets, chosen: NDArray[np.int64]) -> ShingleSets:
    """The sets of some documents, in the order given."""
    offsets = np.zeros(len(chosen) + 1, np.int64)
    np.cumsum((sets.offsets[1:] - sets.offsets[:-1])[chosen], out=offsets[1:])
    values = np.empty(int(offsets[-1]), np.uint32)
    _gather(sets.values, sets.offsets, chosen, values)
    return ShingleSets(values, offsets, sets.exact[chosen])


def joined(parts: Sequence[Members]) -> Members:
    """Several groups of documents behind each other."""
    starts = np.cumsum([0, *(len(part) for part in parts)])
    inks = np.cumsum([0, *(len(part.ink) for part in parts)])
    names = sorted({name for part in parts for name in part.keys})
    return Members(
        ids=pa.concat_arrays([part.ids.cast(pa.large_string()) for part in parts]),
        sets={name: joined_sets([part.sets[name] for part in parts]) for name in NAMES},
        of=np.concatenate(
            [np.where(part.of < 0, -1, part.of + at) for part, at in zip(parts, inks[:-1], strict=True)]
        ).astype(np.int32),
        ink=np.concatenate([part.ink.reshape(-1, INK_BYTES) for part in parts]),
        ground=np.concatenate([part.ground.reshape(-1, 3) for part in parts]),
        keys={name: _joined_keys(parts, starts, name) for name in names},
    )


def joined_sets(parts: Sequence[ShingleSets]) -> ShingleSets:
    """Sets behind each other."""
    starts = np.cumsum([0, *(len(part.values) for part in parts)])
    offsets = [part.offsets[1:] + at for part, at in zip(parts, starts[:-1], strict=True)]
    return ShingleSets(
        np.concatenate([part.values for part in parts]),
        np.concatenate([np.zeros(1, np.int64), *offsets]),
        np.concatenate([part.exact for part in parts]),
    )


def write_segment(members: Members, folder: Path) -> dict[str, list[int]]:
    """Write documents as a new segment, flushed to the disk; returns size and CRC-32 of each file by name."""
    (folder / "keys").mkdir(parents=True)
    (folder / "docs").mkdir()
    count = len(members)
    arrays: dict[str, NDArray[Any]] = {"rows": np.arange(count, dtype=np.int64)}
    for name, sets in members.sets.items():
        arrays |= {f"{name}.values": sets.values, f"{name}.ends": sets.offsets[1:], f"{name}.exact": sets.exact}
    arrays |= {"render.of": members.of, "render.ink": members.ink, "render.ground": members.ground}
    for name, (keys, docs) in members.keys.items():
        order = np.argsort(keys, kind="stable")
        arrays |= {f"keys/{name}": keys[order], f"docs/{name}": docs[order]}
    marks = {f"{name}.bin": _write(folder / f"{name}.bin", np.ascontiguousarray(a)) for name, a in arrays.items()}
    marks["ids.arrow"] = _write(folder / "ids.arrow", _ids_bytes(members.ids))
    for inner in (folder / "keys", folder / "docs", folder):
        sync_folder(inner)
    return marks


def check_segment(folder: Path, marks: dict[str, list[int]], *, content: bool) -> str | None:
    """What is wrong with a segment, `None` when nothing: sizes, and the bytes too with `content`."""
    for name, (size, crc) in sorted(marks.items()):
        path = folder / name
        if not path.is_file():
            return f"{folder.name}/{name} is missing"
        if path.stat().st_size != size:
            return f"{folder.name}/{name} has {path.stat().st_size} bytes, expected {size}"
        if content and _crc(path) != crc:
            return f"{folder.name}/{name} was damaged: its checksum does not match"
    return None


def matches(
    store: Store, band: str, keys: NDArray[np.uint64], dead: NDArray[np.bool_], most: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Living documents of a segment under any of the sorted unique `keys`, the first `most` of each key."""
    known, docs = store.band(band)
    left, right = np.searchsorted(known, keys, "left"), np.searchsorted(known, keys, "right")
    hit = np.flatnonzero(right > left)
    total = int((right[hit] - left[hit]).sum())
    out_keys, out_docs = np.empty(total, np.uint64), np.empty(total, np.int64)
    used = _living(docs, left[hit], right[hit], keys[hit], dead, most, out_keys, out_docs)
    return out_keys[:used], out_docs[:used]


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that the file is the old one or the new one, also after a power cut."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def write_marks(path: Path, dead: NDArray[np.bool_]) -> None:
    """Write which documents of a segment are forgotten, a byte each, so that it is on the disk when this returns."""
    _write(path, dead.astype(np.uint8))
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush a folder's entries to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(path: Path, data: Any) -> list[int]:
    view = memoryview(data).cast("B") if len(data) else memoryview(b"")
    with path.open("wb") as file:
        file.write(view)
        file.flush()
        os.fsync(file.fileno())
    return [len(view), zlib.crc32(view)]


def _crc(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            value = zlib.crc32(chunk, value)
    return value


def _ids_bytes(ids: pa.Array) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, pa.schema([("id", pa.large_string())])) as writer:
        writer.write_batch(pa.record_batch([ids.cast(pa.large_string())], names=["id"]))
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _moved(
    keys: NDArray[np.uint64], docs: NDArray[np.uint32], places: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    new = places[docs]
    stays = np.flatnonzero(new >= 0)
    order = stays[np.argsort(new[stays], kind="stable")]
    return keys[order], new[order].astype(np.uint32)


def _joined_keys(
    parts: Sequence[Members], starts: NDArray[np.int64], name: str
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    none = (np.empty(0, np.uint64), np.empty(0, np.uint32))
    found = [part.keys.get(name, none) for part in parts]
    docs = [docs.astype(np.int64) + at for (_, docs), at in zip(found, starts[:-1], strict=True)]
    return np.concatenate([keys for keys, _ in found]), np.concatenate(docs).astype(np.uint32)


@kernel
def _gather(values, offsets, chosen, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    used = 0
    for i in chosen:
        for k in range(offsets[i], offsets[i + 1]):
            out[used] = values[k]
            used += 1


@kernel
def _living(docs, left, right, keys, dead, most, out_keys, out_docs):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    used = 0
    for h in range(len(keys)):
        room = most
        for k in range(left[h], right[h]):
            if room > 0 and not dead[docs[k]]:
                out_keys[used], out_docs[used] = keys[h], docs[k]
                used += 1
                room -= 1
    return used
