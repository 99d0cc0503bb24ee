"""Agreement statistics with bootstrap intervals over whole groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, spearmanr

Array = NDArray[np.float64]

_ROUNDS = 1000
_Z = 1.959963984540054
_PAIR_ROWS = 1500


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic with its 95 % interval; `value` is `None` where it is not defined (too few rows, no variation)."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def bootstrapped(
    statistic: Callable[[NDArray[np.int_]], float | None], groups: Sequence[str], seed: int = 0, rounds: int = _ROUNDS
) -> Estimate:
    """A statistic of rows with its percentile interval, resampling groups with replacement (Efron 1979).

    Args:
        statistic: from row numbers, repeats included, to a value.
        groups: (n,) name of the group of each row.
        seed: of the draws.
        rounds: how many draws.
    """
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    rows = [np.flatnonzero(member == at) for at in range(len(names))]
    whole = statistic(np.arange(len(groups))) if len(groups) else None
    if whole is None or len(names) < 5:
        return Estimate(whole, None, None, len(groups))
    random = np.random.default_rng(seed)
    drawn = (np.concatenate([rows[at] for at in random.integers(len(names), size=len(names))]) for _ in range(rounds))
    values = [value for value in map(statistic, drawn) if value is not None]
    low, high = np.quantile(values, [0.025, 0.975]) if values else (None, None)
    return Estimate(whole, None if low is None else float(low), None if high is None else float(high), len(groups))


def wilson(hits: int, n: int) -> Estimate:
    """A share with its 95 % interval (Wilson 1927); `None` of nothing."""
    if n == 0:
        return Estimate(None, None, None, 0)
    share, square = hits / n, _Z**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = _Z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Estimate(share, max(0.0, middle - reach), min(1.0, middle + reach), n)


def spearman(x: Array, y: Array) -> float | None:
    """Spearman's rank correlation; `None` below 3 rows or without variation."""
    return _defined(spearmanr(x, y).statistic) if _varies(x, y) else None


def kendall(x: Array, y: Array) -> float | None:
    """Kendall's tau-b; `None` below 3 rows or without variation."""
    return _defined(kendalltau(x, y).statistic) if _varies(x, y) else None


def pairwise_accuracy(x: Array, y: Array, groups: NDArray[np.int_] | None = None) -> float | None:
    """Share of the pairs with different labels `y` that `x` puts in the same order; a tie in `x` counts one half.

    Args:
        x: (n,) scores.
        y: (n,) labels.
        groups: (n,) only pairs inside the same group count.
    """
    x, y, groups = _thinned(x, y, groups)
    order = np.sign(y[:, None] - y[None, :])
    counted = np.triu(order != 0, 1)
    if groups is not None:
        counted &= groups[:, None] == groups[None, :]
    total = int(counted.sum())
    if not total:
        return None
    right = np.sign(x[:, None] - x[None, :]) * order
    return float(((right[counted] + 1) / 2).mean())


def quadratic_kappa(x: Array, y: Array) -> float | None:
    """Cohen's kappa with quadratic weights on levels 1-5 (Cohen 1968), both sides rounded."""
    from sklearn.metrics import cohen_kappa_score

    a, b = (np.clip(np.rint(side), 1, 5).astype(int) for side in (x, y))
    if len(a) < 3 or (len(np.unique(a)) == 1 and len(np.unique(b)) == 1):
        return None
    return _defined(cohen_kappa_score(a, b, weights="quadratic", labels=[1, 2, 3, 4, 5]))


def krippendorff_alpha(ratings: Array) -> float | None:
    """Krippendorff's alpha for interval data (Hayes and Krippendorff 2007). `ratings` is (n, raters) with NaN.

    Rows with fewer than two ratings say nothing about agreement and are left out.
    """
    raters = (~np.isnan(ratings)).sum(axis=1)
    known, raters = ratings[raters >= 2], raters[raters >= 2]
    if len(known) < 3 or np.nanmax(known) == np.nanmin(known):
        return None
    within = np.nansum((known - np.nanmean(known, axis=1, keepdims=True)) ** 2, axis=1)
    observed = float((2 * raters / (raters - 1) * within).sum() / raters.sum())
    expected = float(2 * np.nansum((known - np.nanmean(known)) ** 2) / (raters.sum() - 1))
    return _defined(1 - observed / expected)


def one_against_rest(ratings: Array) -> float | None:
    """How well one rater agrees with the mean of the others: the mean Spearman over raters with 3 or more rows."""
    found = []
    for rater in range(ratings.shape[1]):
        rest = np.delete(ratings, rater, axis=1)
        both = ~np.isnan(ratings[:, rater]) & (~np.isnan(rest)).any(axis=1)
        if both.sum() >= 3:
            value = spearman(ratings[both, rater], np.nanmean(rest[both], axis=1))
            found += [] if value is None else [value]
    return float(np.mean(found)) if found else None


def _varies(x: Array, y: Array) -> bool:
    return len(x) >= 3 and bool(np.ptp(x) > 0) and bool(np.ptp(y) > 0)


def _defined(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _thinned(x: Array, y: Array, groups: NDArray[np.int_] | None) -> tuple[Array, Array, NDArray[np.int_] | None]:
    """All rows, or an even selection of `_PAIR_ROWS`: the pairs of a large table would not fit in memory."""
    if len(x) <= _PAIR_ROWS:
        return x, y, groups
    kept = np.linspace(0, len(x) - 1, _PAIR_ROWS).astype(int)
    if groups is not None:
        kept = np.argsort(groups, kind="stable")[:_PAIR_ROWS]
    return x[kept], y[kept], None if groups is None else groups[kept]
