"""Boilerplate: the shingles that very many documents have, told from a sample chosen by content."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janus_reward.compiled import kernel
from janus_reward.dedup.shingle import ShingleSets

MIN_DOCUMENTS = 1_000
"""Different documents below which templates and copies cannot be told apart: nothing is boilerplate then."""
_SAMPLE = 8_192
_BITS = 20


@dataclass(frozen=True, slots=True)
class Frequent:
    """The boilerplate of a corpus.

    Args:
        shingles: sorted uint32 hashes.
        share: part of all shingle occurrences of the sample that they make up, 0-1.
        sampled: documents looked at.
    """

    shingles: NDArray[np.uint32]
    share: float
    sampled: int


def frequent_shingles(sets: ShingleSets, share: float) -> Frequent:
    """The shingles that more than `share` of the different documents have.

    The sample is of documents with the smallest content hashes, equal texts counting once, so that neither the order
    nor copies of one document change it.
    """
    exact, first = np.unique(sets.exact, return_index=True)
    chosen = first[exact != 0]
    if share >= 1 or len(chosen) < MIN_DOCUMENTS:
        return Frequent(np.empty(0, np.uint32), 0.0, 0)
    chosen = np.sort(chosen[:_SAMPLE])
    counts = np.zeros(1 << _BITS, np.uint32)
    _count(sets.values, sets.offsets, chosen, counts)
    least = share * len(chosen)
    values = _common(sets.values, sets.offsets, chosen, counts, least)
    found, times = np.unique(values, return_counts=True)
    common = times > least
    total = int(np.diff(sets.offsets)[chosen].sum())
    return Frequent(found[common].astype(np.uint32), float(times[common].sum() / max(total, 1)), len(chosen))


@kernel
def _count(values, offsets, chosen, counts):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for i in chosen:
        for k in range(offsets[i], offsets[i + 1]):
            counts[values[k] >> np.uint32(12)] += 1


@kernel
def _common(values, offsets, chosen, counts, least):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """All occurrences of shingles whose counter, shared by some others, is over `least`."""
    total = 0
    for i in chosen:
        for k in range(offsets[i], offsets[i + 1]):
            total += counts[values[k] >> np.uint32(12)] > least
    out = np.empty(total, np.uint32)
    used = 0
    for i in chosen:
        for k in range(offsets[i], offsets[i + 1]):
            if counts[values[k] >> np.uint32(12)] > least:
                out[used] = values[k]
                used += 1
    return out
