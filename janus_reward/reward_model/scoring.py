"""A loaded reward model over many items, in batches of like lengths."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.reward_model.item import Item
from janus_reward.reward_model.saving import load
from janus_reward.reward_model.settings import DType, RewardSettings

Array = NDArray[np.float64]


class LoadedReward:
    """A reward model ready to score.

    Args:
        model: in evaluation mode, where it shall run.
        processor: tokenizer or processor.
        settings: of the model.
    """

    def __init__(self, model: Any, processor: Any, settings: RewardSettings) -> None:
        from janus_reward.reward_model.collator import Collator

        self._model, self.settings = model, settings
        self._collate = Collator(processor, settings)

    @classmethod
    def open(cls, folder: Path, device: str = "auto", dtype: DType = "float32") -> LoadedReward:
        """The model in a folder that the recipe `reward-model` wrote.

        Args:
            folder: of the model.
            device: `auto`, `cpu`, `cuda` or `cuda:N`.
            dtype: of the weights; `bfloat16` or `float16` for mixed precision on an accelerator.
        """
        return cls(*load(folder, device, dtype))

    def scores(self, items: Sequence[Item], batch: int = 8) -> Array:
        """(n, 1 + k): the scalar reward and the points of each criterion around 3, in the order of the items."""
        import torch

        device = next(self._model.parameters()).device
        order = sorted(range(len(items)), key=lambda at: (len(items[at].text), at))
        found = np.zeros((len(items), 1 + len(self.settings.criteria)))
        with torch.inference_mode():
            for start in range(0, len(order), batch):
                places = order[start : start + batch]
                inputs = {name: value.to(device) for name, value in self._collate([items[at] for at in places]).items()}
                found[places] = self._model(**inputs).double().cpu().numpy()
        return found
