"""What runs a model: one small seam (`Engine`) and a file for each kind of engine."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from janus_reward.judges.engine.base import Engine

if TYPE_CHECKING:
    from janus_reward.judges.model_file import ModelFile

ENGINES = {
    "chat": "janus_reward.judges.engine.chat:ChatEngine",
    "vllm": "janus_reward.judges.engine.vllm:VllmEngine",
    "transformers": "janus_reward.judges.engine.transformers:TransformersEngine",
}
"""Name to `module:Class`; a class is made from the block of its name, the model and the revision."""


def engine_of(file: ModelFile) -> Engine:
    """The engine that a judge file asks for. Raises MissingExtra or InputError; nothing is loaded or called yet."""
    module, _, kind = ENGINES[file.engine].partition(":")
    engine: Engine = getattr(import_module(module), kind)(getattr(file, file.engine), file.model, file.revision)
    return engine
