"""The `vllm` and `transformers` blocks of a judge file."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class VllmSettings(BaseModel):
    """The `vllm` block.

    Args:
        batch: requests handed over at once.
        engine: further arguments of `vllm.LLM`, e.g. `tensor_parallel_size`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    batch: int = Field(default=256, ge=1, le=65_536)
    engine: dict[str, Any] = Field(default_factory=dict)


class TransformersSettings(BaseModel):
    """The `transformers` block.

    Args:
        gguf_file: name of the file in the model's folder, for weights in GGUF.
        device: where the model runs; `auto` takes an accelerator when there is one.
        dtype: of the weights.
        batch: requests computed together; prompts are padded on the left.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    gguf_file: str | None = None
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?|mps)$")
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    batch: int = Field(default=1, ge=1, le=512)
