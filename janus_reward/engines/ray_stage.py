"""The stages of scoring on a Ray cluster: each actor holds one as a local engine does, and hands its pictures back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from janus_reward.engines.local import LocalEngine
from janus_reward.engines.on_ray import connect, stream
from janus_reward.engines.ray_settings import RaySettings
from janus_reward.render.store import RenderStore
from janus_reward.stages import Finished, MeasureStageConfig, RenderStageConfig, ScoreStageConfig
from janus_reward.triple import Picture, Triple

StageConfig = RenderStageConfig | ScoreStageConfig | MeasureStageConfig


class RayEngine:
    """As `LocalEngine`, on a cluster. Only the driver writes into the run folder.

    Args:
        make: makes the stage; its store is the run's.
        workers: actors when the settings do not say.
        on_death: the result of a record that kills its worker every time.
        settings: of the cluster.
    """

    def __init__(
        self, make: StageConfig, workers: int | None, on_death: Callable[[Triple], Finished], settings: RaySettings
    ) -> None:
        self._make, self._workers, self._on_death, self._settings = make, workers, on_death, settings
        self._ray = connect(settings, workers)

    def map(self, batches: Iterable[list[Triple]]) -> Iterator[list[Finished]]:
        """Results of each batch, in order.

        Args:
            batches: picklable, and the same each time they are iterated; they are read beside the driver.
        """
        store = RenderStore(_rendering(self._make).store)
        work = _Placed(self._make, self._on_death)
        try:
            for made in stream(self._ray, _Enclosed(batches), work, self._settings.stage, self._workers):
                for png in made.pictures:
                    store.put_picture(png)
                yield made.finished
        finally:
            store.close()

    def close(self) -> None:
        """Nothing is left: the actors go with their pipeline, the cluster stays."""

    kill = close


@dataclass(frozen=True, slots=True)
class _Made:
    """What an actor hands back: the results of a batch, and the pictures that its store got meanwhile."""

    finished: list[Finished]
    pictures: list[bytes]


@dataclass(frozen=True, slots=True)
class _Enclosed:
    """Batches whose pictures travel as bytes, because other nodes do not see the driver's files."""

    batches: Iterable[list[Triple]]

    def __call__(self) -> Iterator[list[Triple]]:
        for batch in self.batches:
            yield [_enclosed(triple) for triple in batch]


@dataclass(frozen=True, slots=True)
class _Placed:
    """How to make the work of an actor: the stage with a store of its own node, in a process of its own."""

    make: StageConfig
    on_death: Callable[[Triple], Finished]

    def __call__(self) -> _NodeStage:
        return _NodeStage(self.make, self.on_death)


class _NodeStage:
    """A batch to its results and pictures; a record that kills the stage's process is told apart as it is locally."""

    def __init__(self, make: StageConfig, on_death: Callable[[Triple], Finished]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="janus-reward-ray-")
        self._store = Path(self._folder.name)
        self._engine: LocalEngine[Triple, Finished] = LocalEngine(_moved(make, self._store), 1, on_death)

    def __call__(self, batch: list[Triple]) -> _Made:
        (finished,) = self._engine.map([batch])
        return _Made(finished, list(self._handed_over()))

    def _handed_over(self) -> Iterator[bytes]:
        for path in sorted(self._store.glob("??/*.png")):
            yield path.read_bytes()
            path.unlink()


def _rendering(make: StageConfig) -> RenderStageConfig:
    return make if isinstance(make, RenderStageConfig) else make.render


def _moved(make: StageConfig, store: Path) -> StageConfig:
    if isinstance(make, RenderStageConfig):
        return replace(make, store=store)
    return replace(make, render=replace(make.render, store=store))


def _enclosed(triple: Triple) -> Triple:
    before = triple.before
    if before is not None and before.picture is not None:
        before = replace(before, picture=_read(before.picture))
    renders, references = tuple(map(_read, triple.renders)), tuple(map(_read, triple.references))
    return replace(triple, renders=renders, references=references, before=before)


def _read(picture: Picture) -> Picture:
    return picture if picture.path is None else Picture(data=Path(picture.path).read_bytes())
