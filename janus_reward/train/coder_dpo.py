"""Recipe `coder-dpo`: train a coder on better and worse answers (TRL's DPOTrainer)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from janus_reward.train.coder import CoderConfig, Say, trained


class Config(CoderConfig):
    """Data in the form `preference`.

    Args:
        beta: how close the coder stays to where it began.
        sft: weight of the likelihood of the better answers beside the preference (RPO, Pang et al. 2024). Where worse
            answers are damaged copies of better ones, both begin alike, and without it that beginning is unlearned.
        max_length: tokens of prompt and answer.
    """

    beta: Annotated[float, Field(gt=0)] = 0.1
    sft: Annotated[float, Field(ge=0)] = 0.0
    max_length: Annotated[int, Field(ge=16)] = 4096


def run(config: Config, say: Say) -> dict[str, Any]:
    """Train on pairs."""

    def make(model: Any, tokenizer: Any, data: Any, held_out: Any, arguments: dict[str, Any]) -> Any:
        from trl import DPOConfig, DPOTrainer

        losses = {"loss_type": ["sigmoid", "sft"], "loss_weights": [1.0, config.sft]} if config.sft else {}
        args = DPOConfig(beta=config.beta, max_length=config.max_length, **losses, **arguments)
        return DPOTrainer(
            model, args=args, train_dataset=data, processing_class=tokenizer, peft_config=config.coder.lora()
        )

    return trained(config, "preference", ("prompt", "chosen", "rejected"), make, say)
