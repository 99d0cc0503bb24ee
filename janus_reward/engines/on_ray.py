"""Run work over many items on a Ray cluster, as a Ray Data pipeline: in order, streaming, with backpressure.

One task beside the driver reads the items, actors work on them, the driver takes the results. An actor or a node that
is lost costs what it was working on: Ray does that again elsewhere.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pyarrow as pa

from janus_reward.engines.ray_settings import RaySettings, Share
from janus_reward.errors import EngineError, JanusError, MissingExtra

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")

_COLUMN = "item"
_QUIET = ("ray", "ray.data")


def connect(settings: RaySettings, workers: int | None = None) -> Any:
    """Ray, connected to the cluster of the settings, or to a new one on this machine.

    Args:
        settings: say which cluster.
        workers: cores of a new one; all when `None`.

    Raises:
        MissingExtra: Ray is not installed. EngineError: the cluster cannot be reached.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtra("Ray is not installed", hint="pip install 'janus-reward[ray]'") from error
    if ray.is_initialized():
        return ray
    address = settings.address or os.environ.get("RAY_ADDRESS")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error", "include_dashboard": None}
    try:
        if address:
            ray.init(address=address, **quiet)
        else:
            ray.init(num_cpus=workers or os.cpu_count(), **quiet)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise EngineError(f"no Ray cluster: {error}", hint="Check the address, or leave it out.") from error
    return ray


def stream(
    ray: Any, read: Callable[[], Iterable[I]], make: Callable[[], Callable[[I], R]], share: Share, workers: int | None
) -> Iterator[R]:
    """The result of each item, in the order of the items.

    Args:
        ray: of `connect`.
        read: picklable; gives the items, the same ones each time.
        make: picklable; makes what works on an item, once for each actor.
        share: what an actor takes.
        workers: actors when the share does not say; one for each core when `None`.

    Raises:
        JanusError: of `read` or of the work itself.
    """
    with _context(ray):
        count = workers or int(ray.cluster_resources().get("CPU", 1))
        least, most = share.actors or (count, count)
        here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}
        dataset = ray.data.read_datasource(
            _source(read), override_num_blocks=1, num_cpus=0, label_selector=here
        ).map_batches(
            _Actor,
            fn_constructor_args=(ray.cloudpickle.dumps(make),),
            batch_size=1,
            batch_format="pyarrow",
            compute=ray.data.ActorPoolStrategy(min_size=least, max_size=max(least, most)),
            **share.options(),
        )
        rows = iter(dataset.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0))
        while True:
            try:
                table = next(rows)
            except StopIteration:
                return
            except ray.exceptions.RayTaskError as error:
                raise _cause(error) from None
            yield from (pickle.loads(value.as_buffer()) for value in table.column(_COLUMN))


class _Actor:
    """Works on the items of a table of one column."""

    def __init__(self, made: bytes) -> None:
        self._work = pickle.loads(made)()

    def __call__(self, table: pa.Table) -> pa.Table:
        """The table of results."""
        return _table(self._work(pickle.loads(value.as_buffer())) for value in table.column(_COLUMN))


def _table(items: Iterable[Any]) -> pa.Table:
    return pa.table({_COLUMN: pa.array([pickle.dumps(item) for item in items], pa.large_binary())})


def _source(read: Callable[[], Iterable[Any]]) -> Any:
    """A Ray data source of one task that gives one item after the other."""
    from ray.data.block import BlockMetadata
    from ray.data.datasource import Datasource, ReadTask

    class Items(Datasource):
        """The items, a block each."""

        def estimate_inmemory_data_size(self) -> int | None:
            """Not known."""
            return None

        def get_read_tasks(
            self, parallelism: int, per_task_row_limit: int | None = None, data_context: Any = None
        ) -> list[Any]:
            """One task: rows are read in order."""
            return [ReadTask(lambda: (_table([item]) for item in read()), BlockMetadata(None, None, None, None))]

    return Items()  # type: ignore[no-untyped-call]


@contextmanager
def _context(ray: Any) -> Iterator[None]:
    """Ray Data set for a stream of small, ordered, costly blocks; as it was afterwards."""
    context = ray.data.DataContext.get_current()
    options = context.execution_options
    before = context.enable_progress_bars, context.target_max_block_size, options.preserve_order
    context.enable_progress_bars, context.target_max_block_size, options.preserve_order = False, 1, True
    levels = [(logging.getLogger(name), logging.getLogger(name).level) for name in _QUIET]
    for logger, _ in levels:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        context.enable_progress_bars, context.target_max_block_size, options.preserve_order = before
        for logger, level in levels:
            logger.setLevel(level)


def _cause(error: Any) -> BaseException:
    """What was raised in the task, when it is one of ours."""
    cause: Any = error
    while cause is not None:
        if isinstance(cause, JanusError) and not hasattr(cause, "cause"):
            return cause
        cause = getattr(cause, "cause", None) or cause.__cause__
    return EngineError(f"a task of the cluster failed: {str(error).splitlines()[-1][:300]}", hint="See Ray's logs.")
