"""The story of a deduplication: fingerprint batch by batch, find who shares a bucket, verify, keep one of each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from janus_reward.dedup.batch import Batch
from janus_reward.dedup.buckets import Buckets, group
from janus_reward.dedup.fingerprint import FingerprintStage
from janus_reward.dedup.frequent import Frequent, frequent_shingles
from janus_reward.dedup.link import Corpus, link
from janus_reward.dedup.rank import rank_order
from janus_reward.dedup.result import DedupResult
from janus_reward.dedup.settings import DedupSettings
from janus_reward.dedup.store import Store, StoreWriter

_ROWS = 8_192


def dedup_texts(
    texts: pa.Array | pa.ChunkedArray | Sequence[str | None],
    settings: DedupSettings | None = None,
    *,
    languages: Sequence[str | None] | pa.Array | None = None,
    folder: Path | None = None,
) -> DedupResult:
    """Deduplicate one column of codes; ids are the positions.

    Args:
        texts: the column.
        settings: how; `on` is taken to be the code alone.
        languages: of each text.
        folder: for the fingerprints, as in `dedup_batches`.
    """
    from dataclasses import replace

    column = pa.array(texts, pa.large_string()) if not isinstance(texts, (pa.Array, pa.ChunkedArray)) else texts
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.cast(pa.large_string()).chunks)
    names = languages if languages is None or isinstance(languages, pa.Array) else pa.array(languages, pa.string())
    batches = (
        Batch(
            pa.array(np.arange(at, min(at + _ROWS, len(column)))).cast(pa.string()),
            np.arange(at, min(at + _ROWS, len(column))),
            code=column.slice(at, _ROWS),
            languages=None if names is None else names.slice(at, _ROWS),
        )
        for at in range(0, len(column), _ROWS)
    )
    return dedup_batches(batches, replace(settings or DedupSettings(), on=("code",)), folder=folder)


def dedup_batches(
    batches: Iterable[Batch],
    settings: DedupSettings | None = None,
    *,
    folder: Path | None = None,
    texts: bool = True,
) -> DedupResult:
    """Deduplicate a stream of batches.

    Args:
        batches: in any order; the result does not depend on it unless `settings.keep` is `first`.
        settings: how.
        folder: where the fingerprints go, made anew; a temporary folder that goes with the result when absent.
        texts: keep the texts beside them, so that removals can show what is shared.
    """
    settings = settings or DedupSettings()
    owned = None
    if folder is None:
        owned = tempfile.TemporaryDirectory(prefix="janus-dedup-")
        folder = Path(owned.name) / "fingerprints"
    store = fingerprint(batches, settings, folder, texts=texts)
    return relink(store, settings, owned=owned)


def fingerprint(batches: Iterable[Batch], settings: DedupSettings, folder: Path, *, texts: bool = True) -> Store:
    """Run the fingerprint stage over batches into a new folder; what an unfinished start left there is removed."""
    if folder.exists():
        shutil.rmtree(folder)
    stage, writer = FingerprintStage(settings), StoreWriter(folder, texts=texts)
    for batch in batches:
        if len(batch):
            writer.append(stage(batch))
        del batch
        pa.default_memory_pool().release_unused()
    writer.close()
    return Store(folder, writer.notes())


def relink(
    store: Store,
    settings: DedupSettings,
    *,
    frequent: Frequent | None = None,
    buckets: Buckets | None = None,
    owned: tempfile.TemporaryDirectory[str] | None = None,
) -> DedupResult:
    """Everything after the fingerprints: buckets, boilerplate, ranks, links.

    Args:
        store: the fingerprints.
        settings: how; threshold, agreement and survivor rule may differ from those of the fingerprints' making.
        frequent: the boilerplate when it is settled already; found in the store when absent.
        buckets: of the store's bands, when they are made already.
        owned: the temporary folder that lives as long as the result.
    """
    buckets = buckets or group((store.band(name) for name in store.bands), len(store), settings.representatives)
    frequent = frequent or frequent_shingles(store.sets["code"], settings.frequent)
    of, ink, ground = store.pictures()
    corpus = Corpus(
        store.sets["code"], store.sets["instruction"], of, ink, ground,
        rank_order(store, settings.keep), np.zeros(len(store), np.uint8), frequent.shingles,
    )  # fmt: skip
    return DedupResult(store, settings, link(corpus, buckets, settings), frequent, owned=owned)
