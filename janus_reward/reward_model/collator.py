"""Items to tensors: texts padded together, signals with their mask, pictures through the family's own processor."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from janus_reward.reward_model.item import Item
from janus_reward.reward_model.settings import RewardSettings
from janus_reward.reward_model.signals import vector

_BLANK = (224, 224)


class Collator:
    """Makes the inputs of a `RewardModel` from items.

    Args:
        processor: tokenizer of a text model, processor of a vision model, `None` for signals alone.
        settings: of the model.
    """

    def __init__(self, processor: Any, settings: RewardSettings) -> None:
        self._processor, self._settings = processor, settings

    def __call__(self, items: Sequence[Item]) -> dict[str, torch.Tensor]:
        """Tensors whose first dimension is the number of items."""
        made: dict[str, torch.Tensor] = {}
        if self._processor is not None:
            made |= self._seen(items) if self._settings.kind == "vision" else self._read(items)
        standard = self._settings.standard
        if standard.names:
            rows = np.stack([vector(standard, item.signals) for item in items])
            made["signals"] = torch.from_numpy(rows)
        return made

    def _read(self, items: Sequence[Item]) -> dict[str, torch.Tensor]:
        texts = [item.text for item in items]
        # The end of a text is what the heads look at: what is too long loses its beginning.
        self._processor.truncation_side = "left"
        encoded = self._processor(
            texts, padding=True, truncation=True, max_length=self._settings.tokens, return_tensors="pt"
        )
        return {name: encoded[name] for name in ("input_ids", "attention_mask")}

    def _seen(self, items: Sequence[Item]) -> dict[str, torch.Tensor]:
        """A picture for every item (a grey one where there is none), before its text."""
        tokenizer = self._processor.tokenizer
        tokenizer.padding_side, tokenizer.truncation_side = "right", "left"
        token = getattr(self._processor, "image_token", "<image>")
        texts = [f"{token}\n{self._short(item.text, tokenizer)}" for item in items]
        pictures = [[_opened(item.picture)] for item in items]
        return dict(self._processor(text=texts, images=pictures, padding=True, return_tensors="pt"))

    def _short(self, text: str, tokenizer: Any) -> str:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        return text if len(ids) <= self._settings.tokens else tokenizer.decode(ids[-self._settings.tokens :])


def _opened(picture: bytes | None) -> Image.Image:
    if picture is None:
        return Image.new("RGB", _BLANK, (128, 128, 128))
    with Image.open(io.BytesIO(picture)) as opened:
        return opened.convert("RGB")
