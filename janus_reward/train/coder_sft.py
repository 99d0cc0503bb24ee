"""Recipe `coder-sft`: fine-tune a coder on the answers that a selection kept (TRL's SFTTrainer)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from janus_reward.train.coder import CoderConfig, Say, trained


class Config(CoderConfig):
    """Data in the form `prompt-completion`; the loss is on the answer alone.

    Args:
        max_length: tokens of prompt and answer; longer rows are cut at the end.
    """

    max_length: Annotated[int, Field(ge=16)] = 4096


def run(config: Config, say: Say) -> dict[str, Any]:
    """Fine-tune."""

    def make(model: Any, tokenizer: Any, data: Any, held_out: Any, arguments: dict[str, Any]) -> Any:
        from trl import SFTConfig, SFTTrainer

        args = SFTConfig(max_length=config.max_length, completion_only_loss=True, **arguments)
        return SFTTrainer(
            model, args=args, train_dataset=data, processing_class=tokenizer, peft_config=config.coder.lora()
        )

    return trained(config, "prompt-completion", ("prompt", "completion"), make, say)
