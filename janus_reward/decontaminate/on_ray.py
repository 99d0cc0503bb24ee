"""Rows looked at on a Ray cluster: each actor has a detector, the driver takes over what they find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from janus_reward.decontaminate.items import Items
from janus_reward.decontaminate.reading import DatasetRows, Rows, RunRows
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.decontaminate.state import Look, StoppableDetector
from janus_reward.dedup.batch import Batch
from janus_reward.engines.on_ray import connect, stream
from janus_reward.engines.ray_settings import RaySettings


def looked(
    source: DatasetRows | RunRows,
    benchmarks: Sequence[Items],
    settings: DecontaminateSettings,
    detector: StoppableDetector,
    cluster: RaySettings,
) -> Iterator[Rows]:
    """The rows that the detector has taken over, in order, without their content.

    Args:
        source: picklable; read beside the driver, from where the detector is.
        benchmarks: as the detector's.
        settings: as the detector's.
        detector: the driver's.
        cluster: which, and what an actor takes.

    Raises:
        MissingExtra: ray is not installed. EngineError: the cluster cannot be reached.
    """
    read = partial(source.read, detector.rows)
    work = partial(_Looker, list(benchmarks), settings)
    for look, rows in stream(connect(cluster), read, work, cluster.stage, None):
        detector.take_over(look)
        yield rows


@dataclass(slots=True)
class _Looker:
    """An actor's detector: rows to what was found, and what is needed to name them."""

    benchmarks: list[Items]
    settings: DecontaminateSettings
    detector: StoppableDetector | None = None

    def __call__(self, rows: Rows) -> tuple[Look, Rows]:
        if self.detector is None:
            self.detector = StoppableDetector(self.benchmarks, self.settings)
        self.detector.look(rows)
        batch = rows.batch
        named = Batch(batch.ids, batch.rows, errors=batch.errors, troubles=batch.troubles)
        return self.detector.taken(), Rows(named, ())
