"""MinHash signatures, bit for bit those of datasketch 2 (scheme `affine32`), and the banded keys made of them.

The k-th value of a signature is the minimum over the set of `a_k * mix(h) + b_k` modulo 2**32, with `mix` the
finaliser of MurmurHash3 (Broder 1997 for the method; datasketch 2.0 for this family of permutations).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from janus_reward.compiled import kernel
from janus_reward.dedup.hashing import shingle_hash32
from janus_reward.dedup.shingle import ShingleSets

if TYPE_CHECKING:
    from datasketch import MinHash

SCHEME = "affine32"
_EMPTY = np.uint32(0xFFFFFFFF)
_STEP, _FOLD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)


@cache
def permutations(count: int, seed: int) -> NDArray[np.uint32]:
    """The factors (row 0, odd) and summands (row 1) of `count` permutations, (2, count) uint32, as datasketch draws."""
    draw = np.random.RandomState(seed)
    factors = draw.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return np.array([factors, draw.randint(0, 1 << 32, count, dtype=np.uint32)])


def signatures(sets: ShingleSets, *, num_perm: int = 128, seed: int = 1) -> NDArray[np.uint32]:
    """The MinHash signature of every set, (n, num_perm) uint32; all ones for an empty set."""
    out = np.empty((len(sets), num_perm), np.uint32)
    factors, summands = permutations(num_perm, seed)
    _sign_all(sets.values, sets.offsets, factors, summands, out)
    return out


def band_keys(sets: ShingleSets, bands: int, rows: int, *, num_perm: int = 128, seed: int = 1) -> NDArray[np.uint64]:
    """The key of every band of every set, (bands, n) uint64, never 0 but for empty sets, without keeping signatures."""
    out = np.zeros((bands, len(sets)), np.uint64)
    factors, summands = permutations(num_perm, seed)
    _key_all(sets.values, sets.offsets, factors[: bands * rows], summands[: bands * rows], rows, out)
    return out


def to_datasketch(
    signature: NDArray[np.uint32], *, seed: int = 1, hashfunc: Callable[[bytes], int] = shingle_hash32
) -> MinHash:
    """A row of `signatures` as a `datasketch.MinHash` that can be compared, merged, updated and put in its indexes."""
    from datasketch import MinHash

    shared = permutations(len(signature), seed)
    return MinHash(hashvalues=signature, permutations=shared, seed=seed, hashfunc=hashfunc, scheme=SCHEME)


def from_datasketch(sketches: Sequence[MinHash]) -> NDArray[np.uint32]:
    """The signatures of datasketch objects, (n, num_perm) uint32.

    Raises:
        ValueError: an object has another scheme than `affine32`, whose values cannot be compared with ours.
    """
    for sketch in sketches:
        if sketch.scheme != SCHEME:
            raise ValueError(f"a MinHash of scheme {sketch.scheme!r} cannot be compared; make it with {SCHEME!r}")
    return np.array([sketch.hashvalues for sketch in sketches], np.uint32)


@kernel
def _mix(values, begin, end, mixed):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for k in range(end - begin):
        h = values[begin + k]
        h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        mixed[k] = np.uint32(h ^ (h >> np.uint32(16)))


@kernel
def _sign(mixed, count, factors, summands, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for p in range(len(factors)):
        a, b, least = factors[p], summands[p], _EMPTY
        for k in range(count):
            value = np.uint32(a * mixed[k] + b)
            least = min(least, value)
        out[p] = least


@kernel
def _longest(offsets):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    longest = 0
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    return longest


@kernel
def _sign_all(values, offsets, factors, summands, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    mixed = np.empty(_longest(offsets), np.uint32)
    for i in range(len(offsets) - 1):
        _mix(values, offsets[i], offsets[i + 1], mixed)
        _sign(mixed, offsets[i + 1] - offsets[i], factors, summands, out[i])


@kernel
def _key_all(values, offsets, factors, summands, rows, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    mixed = np.empty(_longest(offsets), np.uint32)
    signature = np.empty(len(factors), np.uint32)
    for i in range(len(offsets) - 1):
        count = offsets[i + 1] - offsets[i]
        if count == 0:
            continue
        _mix(values, offsets[i], offsets[i + 1], mixed)
        _sign(mixed, count, factors, summands, signature)
        for band in range(out.shape[0]):
            key = np.uint64(band + 1)
            for r in range(rows):
                key = (key ^ np.uint64(signature[band * rows + r])) * _STEP
                key ^= key >> np.uint64(29)
            key *= _FOLD
            out[band, i] = key if key != 0 else np.uint64(1)
