"""A persistent index of survivors: a new batch is compared with all that came before, without doing that again.

Layout (format 1): `index.json` names the settings, the segments with size and checksum of every file, and the batches
that
went in; `segments/NAME/` are written once. `index.json` is replaced last and at once, so a process killed at any point
leaves the index as it was before or as it is after; what it does not name is swept when the index is next opened.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from janus_reward.dedup.batch import Batch
from janus_reward.dedup.buckets import group
from janus_reward.dedup.engine import fingerprint
from janus_reward.dedup.frequent import Frequent, frequent_shingles
from janus_reward.dedup.index_folder import complain, disk_error, known_settings, locked, opened_state
from janus_reward.dedup.link import Corpus, link
from janus_reward.dedup.pictures import INK_BYTES
from janus_reward.dedup.rank import rank_order
from janus_reward.dedup.result import DedupResult, Survivors
from janus_reward.dedup.segment import (
    NAMES,
    check_segment,
    joined,
    joined_sets,
    matches,
    sync_folder,
    taken,
    write_json,
    write_marks,
    write_segment,
)
from janus_reward.dedup.settings import DedupSettings
from janus_reward.dedup.store import Store
from janus_reward.errors import InputError


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch that has been compared and may be committed.

    Args:
        result: its survivors and removals; survivors beyond the batch are documents of the index.
        order: survivors of the batch in order of rank.
        frequent: the boilerplate that the index keeps from now on.
    """

    result: DedupResult
    order: NDArray[np.int64]
    frequent: Frequent


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """How large an index is.

    Args:
        documents: living ones.
        forgotten: those that were removed and still take their room.
        segments: pieces that every comparison looks through.
        bytes: of all files.
        batches: named ones that went in.
    """

    documents: int
    forgotten: int
    segments: int
    bytes: int
    batches: int


class DedupIndex:
    """An index opened by one process; a context manager.

    Args:
        folder: made when absent.
        settings: of the comparisons; those of an index that exists must be the same, but for who stays in a batch.

    Raises:
        RunConflict: made with other settings or by another version, damaged, or in use.
        DiskError: the folder cannot be written.
    """

    def __init__(self, folder: Path, settings: DedupSettings) -> None:
        self.folder, self.settings = folder, settings
        self._lock = locked(folder)
        try:
            self._state = opened_state(folder, settings)
            self._sweep()
            self._stores = [Store(self._segment(entry)) for entry in self._state["segments"]]
            self._dead = [self._dead_of(entry) for entry in self._state["segments"]]
        except BaseException:
            self._lock.close()
            raise

    @classmethod
    def existing(cls, folder: Path) -> DedupIndex:
        """The index of a folder, by its own settings. Raises InputError when there is none, and as the constructor."""
        if not (folder / "index.json").is_file():
            raise InputError(f"{folder} holds no index", hint="Give the folder that `dedup --index` filled.")
        return cls(folder, known_settings(folder))

    def __enter__(self) -> DedupIndex:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the index free."""
        self._lock.close()

    def __len__(self) -> int:
        """Living documents."""
        return sum(int((~dead).sum()) for dead in self._dead)

    def facts(self) -> IndexFacts:
        """How large it is."""
        entries = self._state["segments"]
        sizes = [size for entry in entries for size, _ in entry["files"].values()]
        sizes += [int(entry["documents"]) for entry in entries if entry["dead"]]
        forgotten = sum(int(dead.sum()) for dead in self._dead)
        return IndexFacts(len(self), forgotten, len(entries), sum(sizes), len(self._state["batches"]))

    def has_batch(self, tag: str) -> bool:
        """Whether a batch of this name was committed."""
        return tag in self._state["batches"]

    def add(self, batches: Iterable[Batch], tag: str | None = None) -> DedupResult:
        """Compare batches with the index and with each other, and add the survivors."""
        pending = self._compare_batches(batches)
        self.commit(pending, tag)
        return pending.result

    def query(self, batches: Iterable[Batch]) -> DedupResult:
        """As `add`, but the index stays as it is."""
        return self._compare_batches(batches).result

    def compare(self, store: Store) -> Pending:
        """Compare fingerprints with the index and with each other; nothing is changed."""
        frequent = self._frequent() if self._state["segments"] or self._state["batches"] else None
        frequent = frequent or frequent_shingles(store.sets["code"], self.settings.frequent)
        count, order = len(store), rank_order(store, self.settings.keep)
        found = {name: self._matches(store, name) for name in store.bands}
        every = np.unique(np.concatenate([np.empty(0, np.int64), *(docs for _, docs in found.values())]))
        bands = []
        for name in store.bands:
            keys, docs = store.band(name)
            old_keys, old = found[name]
            local = (np.searchsorted(every, old) + count).astype(np.uint32)
            bands.append((np.concatenate([old_keys, keys]), np.concatenate([local, docs])))
        buckets = group(bands, count + len(every), self.settings.representatives)
        corpus, ids = self._corpus(store, every, order, frequent)
        links = link(corpus, buckets, self.settings)
        result = DedupResult(store, self.settings, links, frequent, beyond=Survivors(ids))
        return Pending(result, order[links.survivor[order] < 0], frequent)

    def commit(self, pending: Pending, tag: str | None = None) -> None:
        """Add the survivors of a compared batch, and remember its name; all of it or nothing."""
        state = json.loads(json.dumps(self._state))
        if tag is not None:
            state["batches"].append(tag)
        if state["frequent"] is None:
            state["frequent"] = {
                "shingles": [int(value) for value in pending.frequent.shingles],
                "share": pending.frequent.share,
                "sampled": pending.frequent.sampled,
            }
        if len(pending.order):
            state["segments"].append(self._written(state, taken(pending.result.store, pending.order)))
        self._replace(state)
        self._merge_small()

    def remove(self, ids: Sequence[str]) -> int:
        """Forget documents by id, so that they no longer stand in the way of others; returns how many were there.

        What was removed for their sake earlier is not brought back: it never entered the index.
        """
        state, gone = json.loads(json.dumps(self._state)), 0
        for entry, hit, dead in zip(state["segments"], self._named(ids), self._dead, strict=True):
            if not hit.any():
                continue
            gone += int(hit.sum())
            state["serial"] += 1
            entry["dead"] = f"dead-{state['serial']:06d}.bin"
            self._mark(self.folder / "segments" / entry["dead"], dead | hit)
        if gone:
            self._replace(state)
        return gone

    def present(self, ids: Sequence[str]) -> int:
        """How many documents have one of these ids: what `remove` would forget."""
        return sum(int(hit.sum()) for hit in self._named(ids))

    def compact(self) -> None:
        """Make one segment of all, without the forgotten documents."""
        if len(self._stores) > 1 or any(dead.any() for dead in self._dead):
            self._merge(0)

    def check(self) -> None:
        """Read every file and compare it with its checksum. Raises RunConflict naming the damaged one."""
        for entry in self._state["segments"]:
            complain(self.folder, check_segment(self._segment(entry), entry["files"], content=True))

    def _named(self, ids: Sequence[str]) -> Iterator[NDArray[np.bool_]]:
        """Which living documents of each segment have one of these ids."""
        wanted = pa.array(list(ids), pa.large_string())
        for store, dead in zip(self._stores, self._dead, strict=True):
            yield pc.is_in(store.ids(), value_set=wanted).combine_chunks().to_numpy(zero_copy_only=False) & ~dead

    # --- comparing

    def _compare_batches(self, batches: Iterable[Batch]) -> Pending:
        import tempfile

        owned = tempfile.TemporaryDirectory(prefix="janus-dedup-")
        store = fingerprint(batches, self.settings, Path(owned.name) / "fingerprints")
        pending = self.compare(store)
        pending.result.owned = owned
        return pending

    def _matches(self, store: Store, band: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Index documents (numbered through all segments, ascending) under the keys of a band."""
        keys = np.unique(store.band(band)[0])
        found_keys, found_docs, start = [np.empty(0, np.uint64)], [np.empty(0, np.int64)], 0
        for segment, dead in zip(self._stores, self._dead, strict=True):
            hit, docs = matches(segment, band, keys, dead, self.settings.representatives)
            found_keys.append(hit)
            found_docs.append(docs + start)
            start += len(segment)
        all_keys, all_docs = np.concatenate(found_keys), np.concatenate(found_docs)
        order = np.argsort(all_docs, kind="stable")
        return all_keys[order], all_docs[order]

    def _corpus(
        self, store: Store, every: NDArray[np.int64], order: NDArray[np.int64], frequent: Frequent
    ) -> tuple[Corpus, pa.Array]:
        """The batch with the documents of the index behind it; those come first in rank and stay."""
        count = len(store)
        of, ink, ground = store.pictures()
        starts = np.cumsum([0, *(len(segment) for segment in self._stores)])
        groups = [
            taken(segment, every[(every >= low) & (every < low + len(segment))] - low, keys=False)
            for segment, low in zip(self._stores, starts[:-1], strict=True)
        ]
        fixed = np.concatenate([np.zeros(count, np.uint8), np.ones(len(every), np.uint8)])
        ranked = np.concatenate([np.arange(count, count + len(every)), order])
        if not len(every):
            sets = store.sets
            return Corpus(
                sets["code"], sets["instruction"], of, ink, ground, ranked, fixed, frequent.shingles
            ), pa.array([], pa.large_string())
        old = joined(groups)
        both = {name: joined_sets([store.sets[name], old.sets[name]]) for name in NAMES}
        shifted = np.where(old.of < 0, -1, old.of + len(ink)).astype(np.int32)
        corpus = Corpus(
            both["code"], both["instruction"], np.concatenate([of, shifted]),
            np.concatenate([ink.reshape(-1, INK_BYTES), old.ink]), np.concatenate([ground.reshape(-1, 3), old.ground]),
            ranked, fixed, frequent.shingles,
        )  # fmt: skip
        return corpus, old.ids

    def _frequent(self) -> Frequent | None:
        kept = self._state["frequent"]
        if kept is None:
            return None
        return Frequent(np.array(kept["shingles"], np.uint32), kept["share"], kept["sampled"])

    # --- writing

    def _merge_small(self) -> None:
        """Merge the last segments until each is over twice as large as the next: their number stays logarithmic."""
        sizes = [len(store) for store in self._stores]
        first = len(sizes) - 1
        while first > 0 and sizes[first - 1] < 2 * sum(sizes[first:]):
            first -= 1
        if first < len(sizes) - 1:
            self._merge(first)

    def _merge(self, first: int) -> None:
        state = json.loads(json.dumps(self._state))
        groups = [
            taken(store, np.flatnonzero(~dead))
            for store, dead in zip(self._stores[first:], self._dead[first:], strict=True)
        ]
        merged = joined(groups)
        state["segments"] = state["segments"][:first]
        if len(merged):
            state["segments"].append(self._written(state, merged))
        self._replace(state)
        self._sweep()

    def _written(self, state: dict[str, Any], members: Any) -> dict[str, Any]:
        state["serial"] += 1
        name = f"segment-{state['serial']:06d}"
        target, part = self.folder / "segments" / name, self.folder / "segments" / f".{name}.part"
        try:
            shutil.rmtree(part, ignore_errors=True)
            files = write_segment(members, part)
            part.replace(target)
            sync_folder(target.parent)
        except OSError as error:
            raise disk_error(target, error) from error
        return {"name": name, "documents": len(members), "dead": None, "files": files}

    def _replace(self, state: dict[str, Any]) -> None:
        try:
            write_json(self.folder / "index.json", state)
        except OSError as error:
            raise disk_error(self.folder / "index.json", error) from error
        self._state = state
        self._stores = [Store(self._segment(entry)) for entry in state["segments"]]
        self._dead = [self._dead_of(entry) for entry in state["segments"]]

    def _mark(self, path: Path, dead: NDArray[np.bool_]) -> None:
        try:
            write_marks(path, dead)
        except OSError as error:
            raise disk_error(path, error) from error

    # --- opening

    def _segment(self, entry: dict[str, Any]) -> Path:
        return self.folder / "segments" / str(entry["name"])

    def _dead_of(self, entry: dict[str, Any]) -> NDArray[np.bool_]:
        if entry["dead"] is None:
            return np.zeros(int(entry["documents"]), np.bool_)
        path = self.folder / "segments" / str(entry["dead"])
        data = path.read_bytes() if path.is_file() else b""
        if len(data) != entry["documents"]:
            complain(self.folder, f"{path.name} has {len(data)} bytes, expected {entry['documents']}")
        return np.frombuffer(data, np.uint8).astype(np.bool_)

    def _sweep(self) -> None:
        """Remove what a killed process left behind and what merging made needless."""
        named = {entry["name"] for entry in self._state["segments"]}
        named |= {entry["dead"] for entry in self._state["segments"] if entry["dead"]}
        for path in (self.folder / "segments").iterdir():
            if path.name not in named:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
