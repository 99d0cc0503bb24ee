"""A causal language model to train: from a folder, the hub, or a GGUF file inside an installed package."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from janus_reward.reward_model.backbone import located, plain, tokenizer_of
from janus_reward.reward_model.settings import DType
from janus_reward.train.config import Part


class LanguageModel(Part):
    """Which weights, and how much of them is trained.

    Args:
        model: name, folder, or `package:NAME` for weights that an installed package carries.
        gguf_file: name of the file in that folder, for weights in GGUF.
        tune: `full` or `lora`.
        rank: of LoRA; alpha is twice as much.
        dtype: of the weights.
    """

    model: str
    gguf_file: str | None = None
    tune: Literal["full", "lora"] = "lora"
    rank: Annotated[int, Field(ge=1)] = 16
    dtype: DType = "float32"

    def load(self) -> tuple[Any, Any]:
        """Tokenizer and model."""
        from transformers import AutoModelForCausalLM

        folder = located(self.model)
        told = {"gguf_file": self.gguf_file} if self.gguf_file else {}
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=self.dtype, **told)
        return tokenizer_of(folder, self.gguf_file), plain(model, AutoModelForCausalLM)

    def lora(self) -> Any:
        """The LoRA config for TRL; `None` for full tuning."""
        if self.tune == "full":
            return None
        from peft import LoraConfig

        return LoraConfig(
            r=self.rank, lora_alpha=2 * self.rank, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
        )
