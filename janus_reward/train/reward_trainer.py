"""A trainer for several heads and for pictures, on `transformers.Trainer`; TRL's is for text and one head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset
from transformers import Trainer

from janus_reward.reward_model.collator import Collator
from janus_reward.reward_model.losses import Targets, Weights, total
from janus_reward.reward_model.settings import RewardSettings
from janus_reward.train.dataset import Example, Preferences


class PairDataset(Dataset):
    """Pairs of a split as examples, made when asked for."""

    def __init__(self, data: Preferences, settings: RewardSettings) -> None:
        self._data, self._settings = data, settings

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, at: int) -> Example:
        return self._data.example(at, self._settings)


class PairCollator:
    """Examples to one batch: inputs of 2p rows (better, worse, better, worse ...) and their targets."""

    def __init__(self, collate: Collator) -> None:
        self._collate = collate

    def __call__(self, examples: Sequence[Example]) -> dict[str, Any]:
        """The batch; names of targets begin with `target_`."""
        made: dict[str, Any] = dict(self._collate([item for example in examples for item in example.items]))
        values = [row for example in examples for row in example.values]
        lengths = [length for example in examples for length in example.lengths]
        return made | {
            "target_margin": torch.tensor([example.margin for example in examples]),
            "target_equal": torch.tensor([example.equal for example in examples]),
            "target_order": torch.tensor([example.order for example in examples]).reshape(len(examples), -1),
            "target_value": torch.tensor(values).reshape(len(values), -1),
            "target_length": torch.tensor(np.log1p(lengths), dtype=torch.float32),
        }


class RewardTrainer(Trainer):
    """Trains all heads at once; evaluates by the share of held-out pairs that the scalar head orders right.

    Args:
        weights: of the losses.
        arguments: as of `transformers.Trainer`.
    """

    def __init__(self, *, weights: Weights, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._weights = weights
        self.model_accepts_loss_kwargs = False

    def compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, **told: Any) -> Any:
        """The mixed loss of a batch."""
        targets = Targets(**{name[7:]: inputs.pop(name) for name in list(inputs) if name.startswith("target_")})
        outputs = model(**inputs)
        loss = total(outputs, targets, self._weights)
        return (loss, {"logits": outputs}) if return_outputs else loss

    def evaluate(
        self, eval_dataset: Any = None, ignore_keys: Any = None, metric_key_prefix: str = "eval"
    ) -> dict[str, float]:
        """Loss and pair accuracy on held-out pairs; equal pairs count for the loss alone."""
        model, losses, right = self.model.eval(), [], []
        for batch in self.get_eval_dataloader(eval_dataset):
            inputs = self._prepare_inputs(batch)
            equal = inputs["target_equal"]
            with torch.inference_mode():
                loss, found = self.compute_loss(model, inputs, return_outputs=True)
            reward = found["logits"][:, 0]
            gap = reward[0::2] - reward[1::2]
            losses.append(float(loss))
            right += ((gap.sign() + 1) / 2)[~equal].tolist()
        model.train()
        metrics = {f"{metric_key_prefix}_loss": float(np.mean(losses))}
        metrics[f"{metric_key_prefix}_accuracy"] = float(np.mean(right)) if right else 0.0
        self.log(dict(metrics))
        self.control: Any = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics
