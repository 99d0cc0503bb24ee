"""Evidence as numbers for a model: standardised, clipped, and a mask of what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.reward_model.settings import JUDGE, Standard

Array = NDArray[np.float32]

_CLIP = 4.0
_LEAST_SHARE = 0.02


def named(names: Sequence[str], signals: Mapping[str, float | None], scores: Mapping[str, float | None]) -> list[Any]:
    """Values by name: signals of the evidence, and under `judge.` the evidence judge's scores and its `total`."""
    return [scores.get(name.removeprefix(JUDGE)) if name.startswith(JUDGE) else signals.get(name) for name in names]


def fit_standard(names: Sequence[str], rows: Sequence[Sequence[float | None]]) -> Standard:
    """Means and spreads of the signals that are measured on some rows and vary."""
    x = np.array([[np.nan if value is None else value for value in row] for row in rows], dtype=float)
    there = ~np.isnan(x)
    kept: list[int] = []
    for at in range(len(names)):
        values = x[there[:, at], at]
        varies = len(values) >= max(5, _LEAST_SHARE * len(x)) and (np.ptp(values) > 0 or not there[:, at].all())
        kept += [at] if varies else []
    means = [float(x[there[:, at], at].mean()) for at in kept]
    spreads = [float(x[there[:, at], at].std()) or 1.0 for at in kept]
    chosen = tuple(names[at] for at in kept)
    return Standard(names=chosen, mean=tuple(means), spread=tuple(spreads))


def vector(standard: Standard, values: Sequence[float | None]) -> Array:
    """(2n,) float32: standardised values, 0 where not measured, then 1 where measured.

    Args:
        standard: names n signals.
        values: (n,) in the order of its names.
    """
    x = np.array([np.nan if value is None else value for value in values], dtype=float)
    there = np.isfinite(x)
    scaled = (x - np.array(standard.mean)) / np.array(standard.spread)
    clean = np.where(there, np.clip(np.nan_to_num(scaled), -_CLIP, _CLIP), 0.0)
    return np.concatenate([clean, there]).astype(np.float32)
