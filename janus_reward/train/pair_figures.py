"""How well numbers order pairs: accuracy by slice and kind, against a baseline, length bias, calibration, controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.agreement.statistics import Estimate, bootstrapped, spearman, wilson

Array = NDArray[np.float64]

_BINS = 10


@dataclass(frozen=True, slots=True)
class Scored:
    """One scorer on the pairs: (n,) numbers of the better and of the worse answers, NaN where it gave none."""

    name: str
    better: Array
    worse: Array

    @property
    def right(self) -> Array:
        """(n,) 1 where the better one is higher, one half for a tie, NaN where a side has no number."""
        return (np.sign(self.better - self.worse) + 1) / 2


def slices(pairs: Sequence[Mapping[str, Any]], held_out: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Which decided pairs are what: names to (n,) masks."""
    decided = np.array([not pair["equal"] for pair in pairs], dtype=bool)
    kind = np.array([pair["held_out_kind"] for pair in pairs], dtype=bool)
    away = np.array([pair["source"] in held_out for pair in pairs], dtype=bool)
    return {
        "all held-out pairs": decided,
        "seen kinds, unseen triples": decided & ~kind & ~away,
        "held-out kinds": decided & kind & ~away,
        "held-out sources": decided & away,
    }


def accuracy(scored: Scored, mask: NDArray[np.bool_], common: NDArray[np.bool_]) -> Estimate:
    """Share of the pairs ordered right, of those in the mask that every scorer has a number for."""
    right = scored.right[mask & common]
    return wilson(round(float(right.sum())), len(right))


def gain(scored: Scored, over: Scored, mask: NDArray[np.bool_], groups: Sequence[str]) -> Estimate:
    """Accuracy less that of another scorer on the same pairs, with an interval over groups."""
    difference = scored.right - over.right
    rows = np.flatnonzero(mask & ~np.isnan(difference))
    return bootstrapped(lambda at: float(difference[rows[at]].mean()), [groups[row] for row in rows.tolist()])


def calibration_error(scored: Scored, mask: NDArray[np.bool_]) -> float:
    """Expected calibration error of the Bradley-Terry probability of the higher one being the better one."""
    gap = (scored.better - scored.worse)[mask & ~np.isnan(scored.right)]
    if not len(gap):
        return float("nan")
    sure = 1 / (1 + np.exp(-np.abs(gap)))
    right = (gap > 0).astype(float) + 0.5 * (gap == 0)
    place = np.minimum(((sure - 0.5) * 2 * _BINS).astype(int), _BINS - 1)
    errors = [
        abs(sure[place == at].mean() - right[place == at].mean()) * (place == at).sum() for at in set(place.tolist())
    ]
    return float(sum(errors) / len(gap))


def moved_by_controls(scored: Scored, equal: NDArray[np.bool_]) -> float:
    """Mean move under harmless changes, in standard deviations of the scorer's numbers."""
    numbers = np.concatenate([scored.better, scored.worse])
    spread = float(np.nanstd(numbers)) or 1.0
    moves = np.abs(scored.better - scored.worse)[equal]
    return float(np.nanmean(moves) / spread) if equal.any() else float("nan")


def length_bias(
    scored: Scored, longer: NDArray[np.bool_], shorter: NDArray[np.bool_], lengths: Array, common: NDArray[np.bool_]
) -> tuple[Estimate, Estimate, float | None]:
    """Accuracy where the better one is longer, where it is shorter, and Spearman of the numbers with length.

    Args:
        scored: the scorer.
        longer: (n,) the better one has more characters.
        shorter: (n,) it has fewer.
        lengths: (2n,) characters of the better, then of the worse ones.
        common: (n,) pairs that every scorer has numbers for.
    """
    numbers = np.concatenate([scored.better, scored.worse])
    there = ~np.isnan(numbers)
    return (
        accuracy(scored, longer, common),
        accuracy(scored, shorter, common),
        spearman(numbers[there], lengths[there]),
    )
