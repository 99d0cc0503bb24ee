"""The model itself: a backbone, a linear layer of heads on the last token, and a small branch that reads signals."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

_HIDDEN = 48


class RewardModel(nn.Module):
    """Gives (n, 1 + k) numbers: the scalar reward, then one value a criterion, as points around 3.

    Args:
        net: a sequence classifier of transformers with 1 + k labels, or a `VisionHeads`; `None` reads signals alone.
        signals: signals that the branch reads; 0 leaves it out.
        outputs: 1 + k.
    """

    def __init__(self, net: nn.Module | None, signals: int, outputs: int) -> None:
        super().__init__()
        self.net = net
        self.branch = Branch(signals, outputs) if signals else None

    def forward(self, signals: torch.Tensor | None = None, **inputs: Any) -> torch.Tensor:
        """(n, 1 + k) from tokenised texts (and pixels), and (n, 2s) standardised signals with their mask."""
        parts = [] if self.net is None else [self.net(**inputs).logits.float()]
        if self.branch is not None and signals is not None:
            parts.append(self.branch(signals))
        return torch.stack(parts).sum(0)


class Branch(nn.Module):
    """Reads signals: a linear part and a small hidden layer beside it."""

    def __init__(self, signals: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(2 * signals, outputs)
        self.hidden = nn.Sequential(
            nn.Linear(2 * signals, _HIDDEN), nn.GELU(), nn.Dropout(0.1), nn.Linear(_HIDDEN, outputs, bias=False)
        )
        for weight in (self.linear.weight, self.linear.bias, self.hidden[-1].weight):
            nn.init.zeros_(weight)

    def begin_at(self, output: int, signal: int, slope: float, offset: float) -> None:
        """Let an output begin as a straight line of one standardised signal."""
        with torch.no_grad():
            self.linear.weight[output, signal] = slope
            self.linear.bias[output] = offset

    def forward(self, signals: torch.Tensor) -> torch.Tensor:
        """(n, outputs) from (n, 2s)."""
        summed: torch.Tensor = self.linear(signals) + self.hidden(signals)
        return summed


class VisionHeads(nn.Module):
    """Heads on any vision-language backbone of `AutoModel`; gives what a sequence classifier gives.

    Args:
        backbone: without its language head; it takes the processor's output.
        hidden: width of its last layer.
        outputs: 1 + k.
    """

    def __init__(self, backbone: nn.Module, hidden: int, outputs: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.score = nn.Linear(hidden, outputs, bias=False)

    def forward(self, attention_mask: torch.Tensor, **inputs: Any) -> Logits:
        """Logits of the last token that is no padding, which stands on the right."""
        states = self.backbone(attention_mask=attention_mask, use_cache=False, **inputs).last_hidden_state
        last = attention_mask.sum(1) - 1
        return Logits(self.score(states[torch.arange(len(last)), last]))


class Logits:
    """The one field of a classifier's output that is used."""

    def __init__(self, logits: torch.Tensor) -> None:
        self.logits = logits
