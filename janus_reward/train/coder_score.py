"""A coder before and after training: it answers held-out prompts, and a judge that did not choose the data scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from janus_reward.agreement.statistics import bootstrapped
from janus_reward.reward import JanusReward, Rewarded
from janus_reward.train.config import Part


class Judging(Part):
    """Who scores the answers.

    Args:
        judge: by name, file, or `reward:PATH`; another one than that which selected the data.
        workers: processes.
        limit_s: seconds for one answer.
        tokens: most new tokens of an answer.
        batch: answers generated together.
    """

    judge: str = "evidence"
    workers: Annotated[int, Field(ge=1)] = 1
    limit_s: Annotated[float, Field(gt=0)] = 40.0
    tokens: Annotated[int, Field(ge=1)] = 256
    batch: Annotated[int, Field(ge=1)] = 8


@dataclass(frozen=True, slots=True)
class CoderScore:
    """How a coder did: answers and rewards, in the order of the prompts."""

    answers: tuple[str, ...]
    rewarded: tuple[Rewarded, ...]

    def figures(self) -> dict[str, str | int]:
        """Mean reward with its interval, share that rendered, share that could be scored."""
        values = np.array([np.nan if item.value is None else item.value for item in self.rewarded])
        scored = values[~np.isnan(values)]
        mean = bootstrapped(lambda rows: float(scored[rows].mean()), [str(at) for at in range(len(scored))])
        drawn = sum(item.outcome in ("ok", "partial") for item in self.rewarded)
        return {"reward": str(mean), "rendered": drawn, "scored": len(scored), "answers": len(self.answers)}


def answers_of(model: Any, tokenizer: Any, prompts: Sequence[Any], tokens: int, batch: int) -> list[str]:
    """Greedy answers to conversational prompts, in their order."""
    import torch

    tokenizer.padding_side = "left"
    found: list[str] = []
    model.eval()
    for start in range(0, len(prompts), batch):
        encoded = tokenizer.apply_chat_template(
            list(prompts[start : start + batch]), add_generation_prompt=True, tokenize=True, return_dict=True,
            return_tensors="pt", padding=True,
        ).to(model.device)  # fmt: skip
        with torch.inference_mode():
            made = model.generate(
                **encoded, max_new_tokens=tokens, do_sample=False, pad_token_id=tokenizer.pad_token_id
            )
        found += tokenizer.batch_decode(made[:, encoded["input_ids"].shape[1] :], skip_special_tokens=True)
    return found


def coder_score(
    model: Any, tokenizer: Any, prompts: Sequence[Any], defaults: dict[str, Any], how: Judging
) -> CoderScore:
    """Answer and score."""
    answers = answers_of(model, tokenizer, prompts, how.tokens, how.batch)
    with JanusReward(how.judge, workers=how.workers, limit_s=how.limit_s, defaults=defaults) as reward:
        rewarded = reward.rewarded(prompts, answers)
    return CoderScore(tuple(answers), tuple(rewarded))
