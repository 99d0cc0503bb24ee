"""What runs a model: one small seam (`Engine`) and a file for each kind of engine."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from janus_reward.judges.engine.base import Engine

ENGINES = {
    "chat": "janus_reward.judges.engine.chat:ChatEngine",
    "vllm": "janus_reward.judges.engine.vllm:VllmEngine",
    "transformers": "janus_reward.judges.engine.transformers:TransformersEngine",
}
"""Name to `module:Class`; a class is made from the block of its name, the model and the revision."""


class Source(Protocol):
    """What names an engine: a judge file or a generator file; it has a block of the engine's name."""

    @property
    def engine(self) -> str:
        """A name of `ENGINES`."""
        ...

    @property
    def model(self) -> str:
        """Name or path of the weights."""
        ...

    @property
    def revision(self) -> str | None:
        """Which weights."""
        ...


def engine_of(file: Source) -> Engine:
    """The engine that a file asks for. Raises MissingExtra or InputError; nothing is loaded or called yet."""
    module, _, kind = ENGINES[file.engine].partition(":")
    engine: Engine = getattr(import_module(module), kind)(getattr(file, file.engine), file.model, file.revision)
    return engine
