"""Recipe `reward-trl`: a scalar reward model for text, by TRL's RewardTrainer.

TRL's trainer is for one head and text; for several heads or pictures there is `reward-model`. It drops pairs longer
than `max_length`; here the texts are cut to size before, so that none is lost.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from janus_reward.errors import InputError
from janus_reward.reward_model.backbone import Backbone
from janus_reward.reward_model.settings import RewardSettings
from janus_reward.train.config import Part
from janus_reward.train.dataset import Preferences
from janus_reward.train.outcome import claim, finish, finished
from janus_reward.train.reward_model import placed
from janus_reward.train.training import Training, last_checkpoint, tell, write_history


class Config(Part):
    """As the config of `reward-model`, without heads, signals and losses.

    Args:
        centre: coefficient that keeps rewards around zero.
    """

    data: Path
    out: Path
    backbone: Backbone
    tokens: Annotated[int, Field(ge=32)] = 512
    facts: bool = False
    centre: Annotated[float, Field(ge=0)] = 0.01
    training: Training = Training()


def run(config: Config, say: Callable[[str], None]) -> dict[str, Any]:
    """Train, or go on training, and save as `reward-model` does."""
    asked = config.model_dump(mode="json", exclude={"out"})
    known = finished(config.out, asked)
    if known is not None:
        return known
    if config.backbone.kind != "text":
        raise InputError("TRL's RewardTrainer is for text", hint="Use the recipe reward-model.")
    claim(config.out, asked)
    settings = RewardSettings(tokens=config.tokens, facts=config.facts)
    train = Preferences(config.data, "train")
    say(f"{len(train)} pairs")
    trainer, tokenizer = _trainer(config, train, settings)
    tell(trainer, say)
    trainer.train(resume_from_checkpoint=last_checkpoint(config.out / "checkpoints"))
    return _saved(config, trainer, tokenizer, settings, train, asked)


def _trainer(config: Config, train: Preferences, settings: RewardSettings) -> tuple[Any, Any]:
    from transformers import set_seed
    from trl import RewardConfig, RewardTrainer

    from janus_reward.reward_model.backbone import text_net, tuned

    set_seed(config.training.seed)
    tokenizer, net = text_net(config.backbone, 1)
    arguments = RewardConfig(
        max_length=None, center_rewards_coefficient=config.centre or None, remove_unused_columns=False,
        **config.training.arguments(config.out / "checkpoints"),
    )  # fmt: skip
    trainer = RewardTrainer(
        model=tuned(net, config.backbone), args=arguments, processing_class=tokenizer,
        train_dataset=_tokenised(train, settings, tokenizer),
    )  # fmt: skip
    return trainer, tokenizer


def _tokenised(train: Preferences, settings: RewardSettings, tokenizer: Any) -> Any:
    """Pairs as token ids, cut on the left as when they are scored; equally good pairs say nothing to TRL."""
    from datasets import Dataset

    tokenizer.truncation_side = "left"

    def ids(id_: str) -> list[int]:
        text = train.item(id_, settings).text
        found: list[int] = tokenizer(text, truncation=True, max_length=settings.tokens)["input_ids"]
        return found

    pairs = [pair for pair in train.pairs if not pair["equal"]]
    rows = [
        {"chosen_ids": ids(pair["id_chosen"]), "rejected_ids": ids(pair["id_rejected"]), "margin": pair["margin"]}
        for pair in pairs
    ]
    return Dataset.from_list(rows)


def _saved(
    config: Config, trainer: Any, tokenizer: Any, settings: RewardSettings, train: Preferences, asked: dict[str, Any]
) -> dict[str, Any]:
    from janus_reward.reward_model.backbone import merged
    from janus_reward.reward_model.heads import RewardModel
    from janus_reward.reward_model.saving import save

    net = merged(trainer.accelerator.unwrap_model(trainer.model)).cpu().eval()
    saved = placed(config.out, save(config.out, RewardModel(net, 0, 1), tokenizer, settings), train)
    write_history(config.out, trainer.state.log_history)
    figures = {"steps": trainer.state.global_step, "revision": saved.revision}
    shutil.rmtree(config.out / "checkpoints", ignore_errors=True)
    return finish(config.out, asked, figures)
