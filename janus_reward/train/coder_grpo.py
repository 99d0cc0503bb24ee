"""Recipe `coder-grpo`: reinforce a coder with `JanusReward` (TRL's GRPOTrainer)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from janus_reward.reward import JanusReward, Shaping
from janus_reward.train.coder import CoderConfig, Say, distinct, trained
from janus_reward.train.config import Part


class RewardPart(Part):
    """The reward, as the arguments of `JanusReward`."""

    judge: str = "evidence"
    workers: Annotated[int, Field(ge=1)] = 2
    limit_s: Annotated[float, Field(gt=0)] = 40.0
    weights: dict[str, float] | None = None
    floor: float = 0.1
    caps: dict[str, float] = Field(default_factory=dict)

    def made(self, defaults: dict[str, Any]) -> JanusReward:
        """The callable."""
        shaping = Shaping(self.weights, self.floor, self.caps)
        return JanusReward(self.judge, workers=self.workers, limit_s=self.limit_s, shaping=shaping, defaults=defaults)


class Config(CoderConfig):
    """Data in the form `prompt-completion`, of which only the distinct prompts are used.

    Args:
        reward: who rewards; score before and after with another judge (`judging`).
        generations: answers to each prompt and step; `training.batch` must be a multiple of it.
        completion_tokens: most tokens of an answer.
        temperature: of the draws.
        beta: weight of the divergence from where the coder began.
    """

    reward: RewardPart = RewardPart()
    generations: Annotated[int, Field(ge=2)] = 8
    completion_tokens: Annotated[int, Field(ge=8)] = 1024
    temperature: Annotated[float, Field(gt=0, le=2)] = 1.0
    beta: Annotated[float, Field(ge=0)] = 0.0


def run(config: Config, say: Say) -> dict[str, Any]:
    """Reinforce."""
    reward = config.reward.made(config.defaults)

    def make(model: Any, tokenizer: Any, data: Any, held_out: Any, arguments: dict[str, Any]) -> Any:
        from trl import GRPOConfig, GRPOTrainer

        tokenizer.padding_side = "left"
        args = GRPOConfig(
            num_generations=config.generations, max_completion_length=config.completion_tokens,
            temperature=config.temperature, beta=config.beta, **arguments,
        )  # fmt: skip
        return GRPOTrainer(
            model, reward_funcs=reward, args=args, train_dataset=distinct(data).select_columns(["prompt"]),
            processing_class=tokenizer, peft_config=config.coder.lora(),
        )  # fmt: skip

    with reward:
        return trained(config, "prompt-completion", ("prompt", "completion"), make, say)
