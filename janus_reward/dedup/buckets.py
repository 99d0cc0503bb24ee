"""From band keys to buckets: which documents share a key, without sorting and without keeping those that share none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janus_reward.compiled import kernel


@dataclass(frozen=True, slots=True)
class Buckets:
    """Who shares a bucket with whom.

    Args:
        offsets: (n + 1,) int64: document i is in the buckets `members[offsets[i]:offsets[i + 1]]`.
        members: bucket numbers, uint32, in order of the bands.
        slots: (buckets + 1,) int64: room of each bucket for its representatives.
    """

    offsets: NDArray[np.int64]
    members: NDArray[np.uint32]
    slots: NDArray[np.int64]


def group(bands: Iterable[tuple[NDArray[np.uint64], NDArray[np.uint32]]], count: int, representatives: int) -> Buckets:
    """The buckets of two and more documents, band by band; memory holds one band and what it found.

    Args:
        bands: keys and documents of each band, as `Store.band` gives them; within a band a document occurs once.
        count: number of documents.
        representatives: room of a bucket at most.
    """
    return joined((band_buckets(keys, owners) for keys, owners in bands), count, representatives)


def band_buckets(
    keys: NDArray[np.uint64], owners: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    """The buckets of one band: documents, the bucket of each (from 0), and the size of each bucket."""
    width = 1 << max(4, int(2 * len(keys)).bit_length())
    table, state = np.zeros(width, np.uint64), np.zeros(width, np.int64)
    doc, bucket = np.empty(len(keys), np.uint32), np.empty(len(keys), np.uint32)
    size = np.zeros(len(keys) // 2 + 1, np.uint32)
    found, made = _group_band(keys, owners, table, state, doc, bucket, size)
    return doc[:found].copy(), bucket[:found].copy(), size[:made].copy()


def joined(
    bands: Iterable[tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]],
    count: int,
    representatives: int,
) -> Buckets:
    """The buckets of all bands, as `band_buckets` gives them, in the order of the bands."""
    docs: list[NDArray[np.uint32]] = []
    buckets: list[NDArray[np.uint32]] = []
    sizes: list[NDArray[np.uint32]] = []
    used = 0
    for doc, bucket, size in bands:
        docs.append(doc)
        buckets.append(bucket + np.uint32(used))
        sizes.append(size)
        used += len(size)
    return _by_document(docs, buckets, sizes, count, representatives)


def _by_document(
    docs: list[NDArray[np.uint32]],
    buckets: list[NDArray[np.uint32]],
    sizes: list[NDArray[np.uint32]],
    count: int,
    representatives: int,
) -> Buckets:
    offsets = np.zeros(count + 1, np.int64)
    for doc in docs:
        _count_into(doc, offsets)
    np.cumsum(offsets, out=offsets)
    members, cursor = np.empty(int(offsets[-1]), np.uint32), offsets[:-1].copy()
    for doc, bucket in zip(docs, buckets, strict=True):
        _scatter(doc, bucket, cursor, members)
    all_sizes = np.concatenate([np.zeros(1, np.uint32), *sizes])
    return Buckets(offsets, members, np.cumsum(np.minimum(all_sizes, representatives), dtype=np.int64))


@kernel
def _count_into(docs, offsets):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for k in range(len(docs)):
        offsets[np.int64(docs[k]) + 1] += 1


@kernel
def _scatter(docs, buckets, cursor, members):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for k in range(len(docs)):
        members[cursor[docs[k]]] = buckets[k]
        cursor[docs[k]] += 1


@kernel
def _group_band(keys, owners, table, state, doc, bucket, size):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Open addressing; `state` of a slot: 1 + position of the only key so far, or minus (1 + bucket)."""
    mask = np.uint64(len(table) - 1)
    found, made = 0, 0
    for k in range(len(keys)):
        key = keys[k]
        slot = (key ^ (key >> np.uint64(32))) & mask
        while table[slot] != 0 and table[slot] != key:
            slot = (slot + np.uint64(1)) & mask
        if table[slot] == 0:
            table[slot] = key
            state[slot] = k + 1
            continue
        if state[slot] > 0:
            first = state[slot] - 1
            doc[found], bucket[found] = owners[first], made
            state[slot] = -(made + 1)
            size[made] = 1
            made += 1
            found += 1
        number = -state[slot] - 1
        doc[found], bucket[found] = owners[k], number
        size[number] += 1
        found += 1
    return found, made
