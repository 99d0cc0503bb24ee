"""The libraries under comparison: texts and a threshold in; per document the one it goes for, or -1, out.

All see words `[A-Za-z0-9_]+`, sets of word 5-grams, 128 permutations and the bands 25 x 5 where they can be set.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from corpus import shingles

BANDS, ROWS, PERMUTATIONS = 25, 5, 128


def janus(texts: pa.Array, threshold: float) -> np.ndarray:
    """janus-reward: verified exactly, greedy, survivors named."""
    from janus_reward.dedup.engine import dedup_texts
    from janus_reward.dedup.settings import DedupSettings

    result = dedup_texts(texts, DedupSettings(threshold=threshold, keep="first", frequent=1))
    return np.array(result.links.survivor)


def datasketch_verified(texts: pa.Array, threshold: float, hashfunc: object = None) -> np.ndarray:
    """datasketch: `bulk` signatures, `MinHashLSH` with the same bands, each candidate verified by Python sets."""
    from datasketch import MinHash, MinHashLSH

    sets = [shingles(text) for text in texts.to_pylist()]
    more = {"hashfunc": hashfunc} if hashfunc else {}
    sketches = MinHash.bulk(([item.encode() for item in one] for one in sets), num_perm=PERMUTATIONS, **more)
    lsh = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS))
    survivor = np.full(len(sets), -1)
    for i, (mine, sketch) in enumerate(zip(sets, sketches, strict=True)):
        if not mine:
            continue
        for j in lsh.query(sketch):
            shared = len(mine & sets[j])
            if shared >= threshold * (len(mine) + len(sets[j]) - shared):
                survivor[i] = j
                break
        else:
            lsh.insert(i, sketch, check_duplication=False)
    return survivor


def datasketch_xxhash(texts: pa.Array, threshold: float) -> np.ndarray:
    """As `datasketch_verified`, with xxhash in place of SHA-1."""
    import xxhash

    return datasketch_verified(texts, threshold, xxhash.xxh32_intdigest)


def rensa_verified(texts: pa.Array, threshold: float) -> np.ndarray:
    """rensa: RMinHash and its LSH; candidates verified by Python sets."""
    from rensa import RMinHash, RMinHashLSH

    sets = [shingles(text) for text in texts.to_pylist()]
    lsh = RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=32)
    survivor = np.full(len(sets), -1)
    for i, mine in enumerate(sets):
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update(list(mine))
        for j in lsh.query(sketch):
            shared = len(mine & sets[j])
            if mine and shared >= threshold * (len(mine) + len(sets[j]) - shared):
                survivor[i] = j
                break
        else:
            lsh.insert(i, sketch)
    return survivor


def gaoya(texts: pa.Array, threshold: float) -> np.ndarray:
    """gaoya: its index and tokeniser in Rust; verified by its estimate only."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=threshold, num_bands=BANDS, band_size=ROWS, num_hashes=BANDS * ROWS,
        analyzer="word", ngram_range=(5, 5), lowercase=False,
    )  # fmt: skip
    survivor = np.full(len(texts), -1)
    for i, text in enumerate(texts.to_pylist()):
        found = index.query(text)
        if found:
            survivor[i] = found[0]
        else:
            index.insert_document(i, text)
    return survivor


def daft(texts: pa.Array, threshold: float) -> np.ndarray:
    """Daft: MinHash in Rust, bands grouped, all but the first of a bucket go; nothing is verified."""
    import daft as df
    import pyarrow.compute as pc

    words = pc.replace_substring_regex(texts, "[^A-Za-z0-9_]+", " ")
    frame = df.from_arrow(pa.table({"text": pc.utf8_trim_whitespace(words)}))
    made = frame.select(frame["text"].minhash(num_hashes=PERMUTATIONS, ngram_size=5, seed=1)).to_arrow()
    values = made.column(0).combine_chunks().flatten().to_numpy().reshape(len(texts), PERMUTATIONS)
    survivor = np.full(len(texts), -1)
    for band in range(BANDS):
        piece = np.ascontiguousarray(values[:, band * ROWS : (band + 1) * ROWS]).view(f"V{4 * ROWS}").reshape(-1)
        _, first, group = np.unique(piece.view(f"S{4 * ROWS}"), return_index=True, return_inverse=True)
        bucket = first[group]
        later = (bucket < np.arange(len(texts))) & (survivor < 0)
        survivor[later] = bucket[later]
    return survivor


ENGINES = {
    "janus-reward": janus,
    "datasketch, verified": datasketch_verified,
    "datasketch + xxhash, verified": datasketch_xxhash,
    "rensa, verified": rensa_verified,
    "gaoya, estimate": gaoya,
    "Daft, unverified": daft,
}
