"""Small sketches of rows: 16 hashed features each, of which two rows share about as many as they have in common."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from janus_reward.errors import InputError
from janus_reward.select.rows import Rows

Sketches = NDArray[np.uint32]

FEATURES = 16
BUCKETS = 1 << 22
_CHARS = 2_000
_SPLIT = r"[^\pL\pN_]+"
_BITS = 10
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def text_sketches(rows: Rows, on: str) -> Sketches:
    """MinHash (Broder 1997) of the pairs of neighbouring words in the first 2,000 characters, (n, FEATURES).

    Args:
        rows: of the run.
        on: `instruction` or `code`.
    """
    return np.concatenate([_minhash(batch, on) for batch in rows.texts(on, _CHARS)])


def vector_sketches(file: Path, count: int) -> Sketches:
    """Signs of random projections (Charikar 2002) of the vectors in a `.npy` file, in bands of ten bits, (n, FEATURES).

    Raises:
        InputError: the file cannot be read, or does not hold one vector a row.
    """
    try:
        vectors = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"cannot read {file}: {error}", hint="Write it with numpy.save.") from error
    if vectors.ndim != 2 or len(vectors) != count or vectors.dtype.kind != "f":
        raise InputError(f"{file} holds {vectors.shape} {vectors.dtype}, not floats of shape ({count}, width)")
    planes = np.random.default_rng(0).standard_normal((vectors.shape[1], FEATURES * _BITS)).astype(np.float32)
    powers = (1 << np.arange(_BITS)).astype(np.uint64)
    found = []
    for at in range(0, count, 4096):
        part = np.nan_to_num(np.asarray(vectors[at : at + 4096], dtype=np.float32))
        bits = (part @ planes > 0).reshape(len(part), FEATURES, _BITS)
        found.append(_spread((bits * powers).sum(axis=2)))
    return np.concatenate(found) if found else np.empty((0, FEATURES), np.uint32)


def _minhash(texts: pa.Array, salt: str) -> Sketches:
    words = pc.split_pattern_regex(pc.utf8_lower(texts.fill_null("")), _SPLIT)
    counts = pc.list_value_length(words).to_numpy(zero_copy_only=False)
    encoded = pc.list_flatten(words).dictionary_encode()
    hashed = np.array([zlib.crc32(f"{salt} {word}".encode()) for word in encoded.dictionary.to_pylist()], np.uint64)
    tokens = hashed[encoded.indices.to_numpy()]
    starts = np.r_[0, np.cumsum(counts)[:-1]].astype(np.int64)
    following = np.r_[tokens[1:], tokens[:1]]
    last = starts + counts - 1
    following[last] = tokens[last]
    pairs = tokens * np.uint64(31) + following
    lowest = np.empty((len(texts), FEATURES), np.uint64)
    for number, (a, b) in enumerate(_permutations()):
        lowest[:, number] = np.minimum.reduceat(np.asarray(pairs * a + b, dtype=np.uint64) >> np.uint64(32), starts)
    return _spread(lowest)


def _permutations() -> list[tuple[np.uint64, np.uint64]]:
    drawn = np.random.default_rng(1).integers(1, 2**63, (FEATURES, 2), dtype=np.uint64) | np.uint64(1)
    return [(a, b) for a, b in drawn]


def _spread(values: NDArray[np.uint64]) -> Sketches:
    """Values (n, FEATURES) hashed with their column into buckets."""
    salted = np.asarray((values + np.arange(FEATURES, dtype=np.uint64)) * _PRIME, dtype=np.uint64)
    return np.asarray((salted >> np.uint64(20)) % np.uint64(BUCKETS), dtype=np.uint32)
