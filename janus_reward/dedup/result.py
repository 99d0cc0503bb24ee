"""The result of a deduplication, which answers the next questions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from janus_reward.dedup.frequent import Frequent
from janus_reward.dedup.link import Links
from janus_reward.dedup.settings import MODALITIES, DedupSettings
from janus_reward.dedup.shared_part import SharedParts
from janus_reward.dedup.store import Store
from janus_reward.errors import InputError

REMOVED_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("row", pa.int64()),
        ("survivor_id", pa.string()),
        ("survivor_row", pa.int64()),
        ("modality", pa.string()),
        ("kind", pa.string()),
        ("similarity", pa.float64()),
        ("code_similarity", pa.float64()),
        ("instruction_similarity", pa.float64()),
        ("render_similarity", pa.float64()),
        ("distinctive_similarity", pa.float64()),
        ("shared_share", pa.float64()),
        ("shared_start", pa.int64()),
        ("shared_end", pa.int64()),
        ("shared", pa.string()),
    ]
)
"""Columns of `removed.parquet`. `modality` names those that agree, joined by `+`; `similarity` is the lowest among
them;
`kind` is `exact` (but for layout and comments) or `near`; `shared` is the longest part that removed row and survivor
have
in common, at characters `shared_start` to `shared_end` of the removed row's text of the first modality that agrees."""

_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Survivors:
    """Who the survivors of removals are, when some of them are not in the store but in an index.

    Args:
        ids: of the documents beyond the store, in their order.
    """

    ids: pa.Array


class DedupResult:
    """Survivors, removals and clusters of a corpus.

    Args:
        store: the fingerprints.
        settings: that decided.
        links: who goes for whom; documents beyond the store are those of an index.
        frequent: the boilerplate.
        beyond: the index's side of it.
        owned: the temporary folder that lives as long as this.
    """

    def __init__(
        self,
        store: Store,
        settings: DedupSettings,
        links: Links,
        frequent: Frequent,
        *,
        beyond: Survivors | None = None,
        owned: tempfile.TemporaryDirectory[str] | None = None,
    ) -> None:
        self.store, self.settings, self.links, self.frequent = store, settings, links, frequent
        self._beyond, self.owned = beyond, owned
        self._survivor = links.survivor[: len(store)]

    def __len__(self) -> int:
        return len(self.store)

    @cached_property
    def survivors(self) -> NDArray[np.int64]:
        """Positions of the records that stay, ascending."""
        return np.flatnonzero(self._survivor < 0)

    @cached_property
    def removed_positions(self) -> NDArray[np.int64]:
        """Positions of the records that go, ascending."""
        return np.flatnonzero(self._survivor >= 0)

    @property
    def survivor_rows(self) -> NDArray[np.int64]:
        """Rows of the source that stay, in order of the store."""
        return self.store.rows[self.survivors]

    @cached_property
    def removed(self) -> pa.Table:
        """Every removal with its reason, as `REMOVED_SCHEMA` says; in memory."""
        return pa.Table.from_batches(list(self.removed_batches()), REMOVED_SCHEMA)

    def removed_batches(self) -> Iterator[pa.RecordBatch]:
        """As `removed`, in pieces, for results that do not fit in memory."""
        ids, parts = self.all_ids(), SharedParts(self.store, self.settings)
        for at in range(0, len(self.removed_positions), _CHUNK):
            chosen = self.removed_positions[at : at + _CHUNK]
            mine, theirs = ids.take(chosen).to_pylist(), ids.take(self._survivor[chosen]).to_pylist()
            rows = [
                self._removal(int(i), own, other, parts) for i, own, other in zip(chosen, mine, theirs, strict=True)
            ]
            yield pa.RecordBatch.from_pylist(rows, REMOVED_SCHEMA)

    def clusters(self) -> dict[int, list[int]]:
        """Survivor to the records removed for it, the largest cluster first; one of an index is `-1 - number`."""
        found: dict[int, list[int]] = {}
        for i in self.removed_positions:
            survivor = int(self._survivor[i])
            found.setdefault(survivor if survivor < len(self) else len(self) - 1 - survivor, []).append(int(i))
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def sizes(self) -> NDArray[np.int64]:
        """(n,) records removed for each record of the store."""
        inside = self._survivor[(self._survivor >= 0) & (self._survivor < len(self))]
        return np.bincount(inside, minlength=len(self))

    def rethreshold(self, threshold: float) -> DedupResult:
        """The result at another threshold, from the fingerprints at hand: nothing is read, split or hashed again.

        Raises:
            InputError: the threshold is below the one whose bands were made, where pairs would be missed; or the result
                came from an index, whose other documents have been settled.
        """
        if threshold < self.settings.threshold:
            raise InputError(
                f"threshold {threshold} is below {self.settings.threshold}, for which the bands were made",
                hint="Run dedup again with the lower threshold; any higher one then costs nothing.",
            )
        if self._beyond is not None:
            raise InputError("a batch that went into an index is settled", hint="Make a new index for a new threshold.")
        from janus_reward.dedup.engine import relink

        return relink(self.store, replace(self.settings, threshold=threshold), frequent=self.frequent, owned=self.owned)

    def counts(self) -> dict[str, Any]:
        """The numbers of the report."""
        kinds, modalities = {"exact": 0, "near": 0}, dict.fromkeys(MODALITIES, 0)
        for i in self.removed_positions:
            kinds[self._kind(int(i))] += 1
            for name in self._agreeing(int(i)):
                modalities[name] += 1
        sizes = self.sizes()
        return {
            "rows": len(self),
            "survivors": len(self.survivors),
            "removed": len(self.removed_positions),
            "removed_exact": kinds["exact"],
            "removed_near": kinds["near"],
            "agreeing": modalities,
            "clusters": int((sizes > 0).sum()),
            "largest_cluster": int(sizes.max(initial=0)) + bool(sizes.max(initial=0)),
            "not_compared": self._not_compared(),
            "errors": self.store.notes.errors,
            "pairs_verified": self.links.compared,
            "pairs_alike_by_boilerplate_only": self.links.boilerplate,
            "boilerplate_share": round(self.frequent.share, 4),
            "boilerplate_shingles": len(self.frequent.shingles),
            "full_buckets": self.links.full,
            "pictures_of_low_information": self.store.notes.low_information,
            "pictures_unreadable": self.store.notes.unreadable,
        }

    def all_ids(self) -> pa.ChunkedArray:
        """Ids of the store's documents, and behind them those of an index."""
        ids = self.store.ids()
        if self._beyond is None:
            return ids
        return pa.chunked_array([*ids.chunks, self._beyond.ids.cast(pa.large_string())], pa.large_string())

    def _removal(self, i: int, own: str, other: str, parts: SharedParts) -> dict[str, Any]:
        survivor = int(self._survivor[i])
        inside = survivor < len(self)
        code, instruction, render, distinctive = (None if x < 0 else float(x) for x in self.links.similarity[i])
        agreeing = self._agreeing(i)
        known = {"code": code, "instruction": instruction, "render": render}
        return {
            "id": own,
            "row": int(self.store.rows[i]),
            "survivor_id": other,
            "survivor_row": int(self.store.rows[survivor]) if inside else None,
            "modality": "+".join(agreeing),
            "kind": self._kind(i),
            "similarity": min(known[name] or 0.0 for name in agreeing),
            "code_similarity": code,
            "instruction_similarity": instruction,
            "render_similarity": render,
            "distinctive_similarity": distinctive,
            **(parts.of(i, survivor, agreeing) if inside else parts.none()),
        }

    def _agreeing(self, i: int) -> list[str]:
        settings = self.settings
        least = {"render": settings.picture_threshold}
        return [
            name
            for column, name in enumerate(MODALITIES)
            if self.links.similarity[i, column] >= np.float32(least.get(name, settings.threshold))
        ]

    def _kind(self, i: int) -> str:
        survivor = int(self._survivor[i])
        if survivor >= len(self):
            return "exact" if (self.links.similarity[i][:3] != -1).any() and self._all_one(i) else "near"
        return "exact" if self.store.content[i] == self.store.content[survivor] else "near"

    def _all_one(self, i: int) -> bool:
        row = self.links.similarity[i][:3]
        return bool((row[row >= 0] == 1).all())

    def _not_compared(self) -> int:
        of, _, _ = self.store.pictures()
        comparable = of >= 0
        for sets in self.store.sets.values():
            comparable = comparable | (sets.exact != 0)
        return int((~comparable).sum())
