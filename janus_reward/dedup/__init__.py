"""Near-duplicates of triples: found by MinHash and picture hashes, each removal verified against its survivor.

    from janus_reward.dedup import DedupSettings, dedup_texts

    result = dedup_texts(["print(1)", "print( 1 )", "x = 2"], DedupSettings(threshold=0.8))
    result.survivors, result.removed.to_pylist(), result.rethreshold(0.9).removed.num_rows

Names are imported when first used: importing this package does not load numba.
"""

from __future__ import annotations

from janus_reward.lazy import lazily

_HOMES = {
    "DedupSettings": "settings",
    "DedupResult": "result",
    "DedupIndex": "index",
    "dedup_dataset": "dataset",
    "dedup_texts": "engine",
    "dedup_batches": "engine",
    "Batch": "batch",
    "dedup_ray": "on_ray",
    "FingerprintStage": "fingerprint",
    "memory_plan": "plan",
    "shingle_hash32": "hashing",
    "signatures": "minhash",
    "to_datasketch": "minhash",
    "from_datasketch": "minhash",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = lazily(__name__, _HOMES)
