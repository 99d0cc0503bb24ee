"""Training recipes: data, reward models, judges and coders; each is a config file and one command.

    from janus_reward.train import train

    train("preference-data", "training/preference_data.yaml")

Adding a recipe is a module with `Config` and `run`, and a line in `RECIPES`. Nothing here imports torch until a recipe
that needs it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from janus_reward.errors import InputError, MissingExtra
from janus_reward.train.config import read_config

RECIPES: dict[str, str] = {
    "preference-data": "janus_reward.train.preference_data",
    "small-backbone": "janus_reward.train.small_backbone",
    "reward-model": "janus_reward.train.reward_model",
    "reward-trl": "janus_reward.train.reward_trl",
    "reward-eval": "janus_reward.train.reward_eval",
    "reward-parity": "janus_reward.train.reward_parity",
    "distill": "janus_reward.train.distill",
    "coder-sft": "janus_reward.train.coder_sft",
    "coder-dpo": "janus_reward.train.coder_dpo",
    "coder-grpo": "janus_reward.train.coder_grpo",
}
"""Name to the module that holds it."""

NEEDS_EXTRA = frozenset({"torch", "transformers", "trl", "peft", "accelerate", "gguf", "safetensors"})


def train(recipe: str, config: str | Path, on_step: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Run a recipe; the same call goes on where it was stopped.

    Args:
        recipe: a name of `RECIPES`.
        config: the YAML file; paths in it are taken relative to it.
        on_step: told what is being done.

    Returns:
        What the recipe made: its `out`, and its figures.

    Raises:
        InputError: unknown recipe, or the config is wrong (file and line); MissingExtra: a package is not installed.
    """
    if recipe not in RECIPES:
        raise InputError(f"unknown recipe {recipe!r}", hint=f"Recipes: {', '.join(RECIPES)}.")
    module = import_module(RECIPES[recipe])
    settings = read_config(Path(config), module.Config)
    try:
        made: dict[str, Any] = module.run(settings, on_step or (lambda line: None))
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in NEEDS_EXTRA:
            raise
        hint = "pip install 'janus-reward[train]'"
        raise MissingExtra(f"the recipe {recipe} needs {error.name}", hint=hint) from error
    return made
