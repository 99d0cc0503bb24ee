"""What names a model and the engine that runs it: the part that judge files and generator files have in common."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from janus_reward.judges.engine.chat import ChatSettings
from janus_reward.judges.engine.local_settings import TransformersSettings, VllmSettings


class ModelSource(BaseModel):
    """Which weights, and the engine with the block of its own name.

    Args:
        name: what runs call it; the model's name when absent.
        engine: `chat`, `vllm` or `transformers`; each has a block of its own name.
        model: name or path of the weights; `revision` pins them.
        vision: it can be shown pictures.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:+-]{0,80}$")
    engine: Literal["chat", "vllm", "transformers"]
    model: str = Field(min_length=1, max_length=300)
    revision: str | None = Field(default=None, max_length=120)
    chat: ChatSettings | None = None
    vllm: VllmSettings = VllmSettings()
    transformers: TransformersSettings = TransformersSettings()
    vision: bool = False

    @model_validator(mode="after")
    def _engine_has_its_block(self) -> Self:
        if self.engine == "chat" and self.chat is None:
            raise ValueError("engine chat needs a block `chat:` with at least `endpoint`")
        return self

    @property
    def called(self) -> str:
        """The model's name in runs."""
        return self.name or self.model
