"""Fingerprints on disk: flat arrays that grow by batches and are then read in place, so that memory stays small."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from janus_reward.dedup.fingerprint import Fingerprints
from janus_reward.dedup.pictures import INK_BYTES
from janus_reward.dedup.shingle import ShingleSets
from janus_reward.errors import DiskError

_SEEN = ("code", "instruction")


@dataclass(frozen=True, slots=True)
class StoreNotes:
    """Records with errors; pictures left out because they say too little; pictures that could not be decoded."""

    errors: int = 0
    low_information: int = 0
    unreadable: int = 0


class StoreWriter:
    """Appends fingerprints to a new folder.

    Args:
        folder: made here; must not exist.
        texts: whether the texts are kept too, to show shared parts.

    Raises:
        DiskError: the disk is full or refuses.
    """

    def __init__(self, folder: Path, *, texts: bool = True) -> None:
        self._folder = folder
        self._texts = texts
        self._files: dict[str, IO[bytes]] = {}
        self._used: dict[str, int] = {}
        self.count = self.errors = self.low_information = self.unreadable = 0
        self._guarded(lambda: folder.mkdir(parents=True))
        self._ids: Any = None

    def append(self, batch: Fingerprints) -> None:
        """Write a batch behind the others."""
        self._guarded(lambda: self._append(batch))

    def close(self, *, sync: bool = False) -> None:
        """Finish the files; with `sync`, not before they are on the disk."""
        self._guarded(lambda: self._close(sync))

    def notes(self) -> StoreNotes:
        """What was left out on the way."""
        return StoreNotes(self.errors, self.low_information, self.unreadable)

    def _append(self, batch: Fingerprints) -> None:
        self._write_ids(batch.ids)
        for name in ("rows", "scores", "content", "families"):
            self._write(name, getattr(batch, name))
        for name, members in batch.sets.items():
            self._write(f"{name}.values", members.values)
            self._write_ends(f"{name}.ends", members.offsets)
            self._write(f"{name}.exact", members.exact)
        if self._texts:
            for name, column in batch.texts.items():
                self._write(f"{name}.text", column.data[column.offsets[0] : column.offsets[-1]])
                self._write_ends(f"{name}.text_ends", column.offsets)
        self._append_pictures(batch)
        for name, keys in batch.keys.items():
            takes = np.flatnonzero(keys)
            self._write(f"keys/{name}", keys[takes])
            self._write(f"docs/{name}", (takes + self.count).astype(np.uint32))
        self.count += len(batch)
        self.errors += batch.errors

    def _append_pictures(self, batch: Fingerprints) -> None:
        if batch.pictures is None:
            return
        of, before = batch.pictures.of, self._used.get("ink", 0)
        self._write("render.of", np.where(of < 0, -1, of + before).astype(np.int32))
        self._write("render.ink", batch.pictures.ink)
        self._write("render.ground", batch.pictures.ground)
        self._used["ink"] = before + len(batch.pictures.ink)
        self.low_information += batch.pictures.low_information
        self.unreadable += batch.pictures.unreadable

    def _write_ends(self, name: str, offsets: NDArray[np.int64]) -> None:
        before = self._used.get(name, 0)
        self._write(name, offsets[1:] - offsets[0] + before)
        self._used[name] = before + int(offsets[-1] - offsets[0])

    def _write(self, name: str, values: NDArray[Any]) -> None:
        file = self._files.get(name)
        if file is None:
            path = self._folder / f"{name}.bin"
            path.parent.mkdir(exist_ok=True)
            file = self._files[name] = path.open("wb")
        file.write(np.ascontiguousarray(values).data.cast("B") if values.size else b"")

    def _write_ids(self, ids: pa.Array) -> None:
        ids = ids.cast(pa.large_string())
        if self._ids is None:
            self._files["ids"] = (self._folder / "ids.arrow").open("wb")
            self._ids = pa.ipc.new_file(self._files["ids"], pa.schema([("id", pa.large_string())]))
        self._ids.write_batch(pa.record_batch([ids], names=["id"]))

    def _close(self, sync: bool) -> None:
        if self._ids is not None:
            self._ids.close()
        for file in self._files.values():
            file.flush()
            if sync:
                os.fsync(file.fileno())
            file.close()

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as error:
            hint = "Free space there, or choose another place, and run the same command again."
            raise DiskError(f"cannot write in {self._folder}: {error.strerror or error}", hint=hint) from error


class Store:
    """A finished folder of fingerprints, read in place (memory-mapped).

    Args:
        folder: that a `StoreWriter` closed.
        notes: of its making.
    """

    def __init__(self, folder: Path, notes: StoreNotes | None = None) -> None:
        self.folder = folder
        self.notes = notes or StoreNotes()
        self._open: dict[str, NDArray[Any]] = {}
        self.rows = self.array("rows", np.int64)
        self.scores = self.array("scores", np.float64)
        self.content = self.array("content", np.uint64)
        self.families = self.array("families", np.uint8)
        self.sets = {name: self._sets(name) for name in _SEEN}

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def bands(self) -> list[str]:
        """Names of the bands, those of equal texts first."""
        names = [path.stem for path in (self.folder / "keys").glob("*.bin")]
        return sorted(names, key=lambda name: (not name.endswith(".exact"), name))

    def band(self, name: str) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        """Keys of a band, and the documents that have them, in order of the documents."""
        return self.array(f"keys/{name}", np.uint64), self.array(f"docs/{name}", np.uint32)

    def pictures(self) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint8]]:
        """Which picture a document has (-1: none), the ink and the ground of all pictures."""
        of = self.array("render.of", np.int32)
        ink, ground = self.array("render.ink", np.uint8), self.array("render.ground", np.uint8)
        return (of if len(of) else np.full(len(self), -1, np.int32)), ink.reshape(-1, INK_BYTES), ground.reshape(-1, 3)

    def ids(self) -> pa.ChunkedArray:
        """The ids of all documents."""
        path = self.folder / "ids.arrow"
        if not path.exists():
            return pa.chunked_array([], pa.large_string())
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source).read_all().column(0)

    def text(self, name: str, i: int) -> bytes | None:
        """A text of document i, `None` when texts were not kept."""
        ends = self.array(f"{name}.text_ends", np.int64)
        if not len(ends):
            return None
        begin = int(ends[i - 1]) if i else 0
        return self.array(f"{name}.text", np.uint8)[begin : int(ends[i])].tobytes()

    def array(self, name: str, kind: Any) -> NDArray[Any]:
        """A flat array of the folder, empty when there is none."""
        if name not in self._open:
            path = self.folder / f"{name}.bin"
            empty = not path.exists() or path.stat().st_size == 0
            self._open[name] = np.empty(0, kind) if empty else np.memmap(path, kind, "r").view(np.ndarray)
        return self._open[name]

    def _sets(self, name: str) -> ShingleSets:
        exact = self.array(f"{name}.exact", np.uint64)
        if not len(exact):
            exact = np.zeros(len(self), np.uint64)
        ends = self.array(f"{name}.ends", np.int64)
        offsets = np.zeros(len(self) + 1, np.int64)
        offsets[1:] = ends if len(ends) else 0
        return ShingleSets(self.array(f"{name}.values", np.uint32), offsets, exact)
