"""The losses of the heads: Bradley-Terry with margins, order by criterion, masked regression, and controls."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

_STEEP = 2.0


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each loss counts; 0 leaves it out.

    Args:
        pairwise: Bradley-Terry on the scalar head (Bradley and Terry 1952), less the pair's margin.
        order: the same on each criterion that the pair's damage must lower; squared gaps where it must not move.
        regression: smooth L1 of each criterion to its target, where there is one.
        centre: squared sum of a pair's rewards, which keeps the scale from drifting (Eisenstein et al. 2023).
        length: squared correlation, within the batch, of the scalar reward with the logarithm of the length.
    """

    pairwise: float = 1.0
    order: float = 0.5
    regression: float = 0.2
    centre: float = 0.01
    length: float = 0.0


@dataclass(frozen=True, slots=True)
class Targets:
    """What a batch of p pairs (rows 2i: the better, 2i + 1: the worse one) should come out as.

    Args:
        margin: (p,) points.
        equal: (p,) bool: the two are equally good.
        order: (p, k) 1 where the criterion must be lower for the worse one, 0 where it must not move, NaN elsewhere.
        value: (2p, k) points around 3, NaN where there is no label.
        length: (2p,) logarithm of the characters of the code.
    """

    margin: torch.Tensor
    equal: torch.Tensor
    order: torch.Tensor
    value: torch.Tensor
    length: torch.Tensor


def total(outputs: torch.Tensor, targets: Targets, weights: Weights) -> torch.Tensor:
    """The weighted sum for (2p, 1 + k) outputs."""
    reward, points = outputs[:, 0], outputs[:, 1:]
    parts = [
        weights.pairwise * pairwise(reward, targets),
        weights.order * ordered(points, targets),
        weights.regression * _mean(functional.smooth_l1_loss(points, _filled(targets.value), reduction="none"),
                                   ~targets.value.isnan()),
        weights.centre * (reward[0::2] + reward[1::2]).square().mean(),
        weights.length * correlation(reward, targets.length).square(),
    ]  # fmt: skip
    return torch.stack(parts).sum()


def pairwise(reward: torch.Tensor, targets: Targets) -> torch.Tensor:
    """Bradley-Terry with margin over decided pairs; the squared gap over equal ones."""
    gap = reward[0::2] - reward[1::2]
    decided = -functional.logsigmoid(gap - targets.margin)
    return torch.where(targets.equal, gap.square(), decided).mean()


def ordered(points: torch.Tensor, targets: Targets) -> torch.Tensor:
    """The same by criterion, over the criteria that the pair says something about."""
    gap = points[0::2] - points[1::2]
    lowered = -functional.logsigmoid(_STEEP * (gap - targets.margin[:, None]))
    return _mean(torch.where(targets.order == 1, lowered, gap.square()), ~targets.order.isnan())


def correlation(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Pearson's correlation; 0 where one does not vary."""
    x, y = x - x.mean(), y - y.mean()
    return (x * y).sum() / (x.norm() * y.norm()).clamp_min(1e-6)


def _mean(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return torch.where(mask, values, torch.zeros_like(values)).sum() / mask.sum().clamp_min(1)


def _filled(values: torch.Tensor) -> torch.Tensor:
    return torch.where(values.isnan(), torch.zeros_like(values), values)
