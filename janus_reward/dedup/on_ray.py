"""The same stages on a Ray cluster: fingerprints by Ray Data, bands by tasks, links on the driver.

    import ray
    from janus_reward.dedup.on_ray import dedup_ray

    dataset = ray.data.read_parquet("corpus/")
    result = dedup_ray(dataset, DedupSettings(on=("code",)), folder=Path("fingerprints"))

The result is that of `dedup_batches` on the same rows in the same order. Needs the extra `ray`.
"""

from __future__ import annotations

import pickle
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from janus_reward.dedup.batch import Batch
from janus_reward.dedup.buckets import Buckets, band_buckets, joined
from janus_reward.dedup.engine import relink
from janus_reward.dedup.fingerprint import Fingerprints, FingerprintStage
from janus_reward.dedup.result import DedupResult
from janus_reward.dedup.settings import DedupSettings
from janus_reward.dedup.store import Store, StoreWriter
from janus_reward.engines.on_ray import connect, stream
from janus_reward.engines.ray_settings import RaySettings
from janus_reward.errors import InputError

Band = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]

_BANDS_AT_ONCE = 8


def dedup_ray(
    dataset: Any, settings: DedupSettings | None = None, *, folder: Path, texts: bool = True, batch_rows: int = 4_096
) -> DedupResult:
    """Deduplicate a Ray dataset.

    Args:
        dataset: `ray.data.Dataset` with the columns `row` (int64, where the record stands), and of `id`, `code`,
            `instruction`, `language`, `score` and `picture` (encoded bytes) those that there are.
        settings: how.
        folder: on the driver, for the fingerprints; made anew.
        texts: keep the texts beside them, so that removals can show what is shared.
        batch_rows: rows that one task fingerprints at once.

    Raises:
        MissingExtra: ray is not installed.
        InputError: the dataset has no column `row`.
    """
    ray = connect(RaySettings())
    settings = settings or DedupSettings()
    if "row" not in (dataset.schema().names if dataset.schema() else ["row"]):
        raise InputError("the dataset has no column `row`", hint="Add one that counts the records.")
    dataset.context.execution_options.preserve_order = True  # its own: the current one has no effect on a made dataset
    made = dataset.map_batches(_Fingerprint(settings), batch_format="pyarrow", batch_size=batch_rows)
    if folder.exists():
        shutil.rmtree(folder)
    writer = StoreWriter(folder, texts=texts)
    for one in made.iter_rows():
        writer.append(pickle.loads(one["fingerprints"]))
    writer.close()
    store = Store(folder, writer.notes())
    return relink(store, settings, buckets=_buckets(ray, store, settings.representatives))


def fingerprint_ray(
    read: Callable[[], Iterable[Batch]],
    settings: DedupSettings,
    folder: Path,
    cluster: RaySettings,
    on_made: Callable[[Fingerprints], None] = lambda made: None,
) -> tuple[Store, Buckets]:
    """The fingerprints of batches in a new folder, and their buckets, made on a cluster.

    Args:
        read: picklable; gives the batches, and is run beside the driver.
        settings: how.
        folder: on the driver; made anew.
        cluster: which, and what an actor takes.
        on_made: called with the fingerprints of each batch, in order.

    Raises:
        MissingExtra: ray is not installed. EngineError: the cluster cannot be reached.
    """
    ray = connect(cluster)
    if folder.exists():
        shutil.rmtree(folder)
    writer = StoreWriter(folder, texts=True)
    for one in stream(ray, read, partial(FingerprintStage, settings), cluster.stage, None):
        on_made(one)
        writer.append(one)
    writer.close()
    store = Store(folder, writer.notes())
    return store, _buckets(ray, store, settings.representatives)


class _Fingerprint:
    """An Arrow table of records in, a table of one row that holds their fingerprints out."""

    def __init__(self, settings: DedupSettings) -> None:
        self._settings = settings

    def __call__(self, table: pa.Table) -> pa.Table:
        found = FingerprintStage(self._settings)(_batch(table))
        return pa.table({"fingerprints": pa.array([pickle.dumps(found)], pa.large_binary())})


def _batch(table: pa.Table) -> Batch:
    def column(name: str, kind: pa.DataType) -> pa.Array | None:
        if name not in table.column_names:
            return None
        found = table.column(name).cast(kind)
        return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found

    rows = table.column("row").to_numpy().astype(np.int64)
    ids, pictures = column("id", pa.string()), column("picture", pa.large_binary())
    scores = column("score", pa.float64())
    return Batch(
        ids=pa.array(rows).cast(pa.string()) if ids is None else ids,
        rows=rows,
        code=column("code", pa.large_string()),
        instruction=column("instruction", pa.large_string()),
        languages=column("language", pa.string()),
        scores=None if scores is None else scores.fill_null(np.nan).to_numpy(zero_copy_only=False),
        pictures=None if pictures is None else pictures.to_pylist(),
    )


def _buckets(ray: Any, store: Store, representatives: int) -> Buckets:
    return joined(_bands(ray, store), len(store), representatives)


def _bands(ray: Any, store: Store) -> Iterator[Band]:
    """The buckets of each band in order, a few bands at a time on the cluster."""
    task = ray.remote(band_buckets)
    under_way: deque[Any] = deque()
    for name in store.bands:
        keys, owners = store.band(name)
        under_way.append(task.remote(np.array(keys), np.array(owners)))
        if len(under_way) >= _BANDS_AT_ONCE:
            yield ray.get(under_way.popleft())
    while under_way:
        yield ray.get(under_way.popleft())
