"""A judge's scores beside labels: the statistics of a table, whole and by slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from janus_reward.agreement import statistics
from janus_reward.agreement.labels import PairLabels, Ratings
from janus_reward.agreement.statistics import Estimate, bootstrapped

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slice:
    """The statistics of some rows.

    Args:
        labelled: rows with a label that the run holds.
        scored: of those, rows that the judge scored.
        measures: estimate by name of the statistic.
        ceiling: how people agree with each other, where several rated: `one_against_rest` (Spearman), `alpha`.
    """

    name: str
    labelled: int
    scored: int
    measures: Mapping[str, Estimate]
    ceiling: Mapping[str, Estimate] = field(default_factory=dict)

    @property
    def coverage(self) -> float | None:
        """Share of the labelled rows that the judge scored."""
        return self.scored / self.labelled if self.labelled else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """All rows, then slices; `missing` labels have no row in the run."""

    whole: Slice
    slices: tuple[Slice, ...]
    missing: int


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How often the judge puts the preferred side first; ties of the people are left out.

    Args:
        accuracy: over pairs with a preference and two scores; a tie of the judge counts one half.
        scored, decided: pairs with two scores, and pairs with a preference whose sides are in the run.
        missing: pairs with a side that the run does not hold.
    """

    accuracy: Estimate
    scored: int
    decided: int
    missing: int


def compare(
    scores: Mapping[str, float | None],
    ratings: Ratings,
    slices: Mapping[str, str] | None = None,
    scale: tuple[float, float] = (1.0, 5.0),
    seed: int = 0,
) -> Agreement:
    """Compare scores with ratings.

    Args:
        scores: by triple id; `None` where the judge gave a reason instead.
        ratings: what people said.
        slices: slice name by triple id; each slice is reported beside the whole.
        scale: lowest and highest label, mapped to 1-5 for kappa and alpha.
        seed: of the bootstrap.
    """
    present = [at for at, id_ in enumerate(ratings.ids) if id_ in scores]
    names = [slices.get(ratings.ids[at], "?") for at in present] if slices else []
    chosen = {name: [at for at, own in zip(present, names, strict=True) if own == name] for name in sorted(set(names))}
    parts = tuple(_slice(name, rows, scores, ratings, scale, seed) for name, rows in chosen.items())
    whole = _slice("all", present, scores, ratings, scale, seed)
    return Agreement(whole, parts, len(ratings.ids) - len(present))


def compare_pairs(scores: Mapping[str, float | None], pairs: PairLabels, seed: int = 0) -> PairAgreement:
    """Compare scores with preferences; the interval resamples pairs by their first side."""
    both = [at for at in range(len(pairs.a)) if pairs.a[at] in scores and pairs.b[at] in scores]
    decided = [at for at in both if pairs.lead[at]]
    gaps = [(at, _gap(scores[pairs.a[at]], scores[pairs.b[at]])) for at in decided]
    known = [(at, gap) for at, gap in gaps if gap is not None]
    right = np.array([(np.sign(gap) * np.sign(pairs.lead[at]) + 1) / 2 for at, gap in known])
    groups = [pairs.a[at] for at, _ in known]
    accuracy = bootstrapped(lambda rows: float(right[rows].mean()) if len(rows) else None, groups, seed)
    return PairAgreement(accuracy, len(known), len(decided), len(pairs.a) - len(both))


def _gap(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _slice(
    name: str,
    rows: Sequence[int],
    scores: Mapping[str, float | None],
    ratings: Ratings,
    scale: tuple[float, float],
    seed: int,
) -> Slice:
    values = {at: scores[ratings.ids[at]] for at in rows}
    kept = [at for at in rows if values[at] is not None]
    x = np.array([values[at] for at in kept], dtype=float)
    raters = 1 + 4 * (ratings.values[kept] - scale[0]) / (scale[1] - scale[0])
    groups = [ratings.groups[at] for at in kept]
    measures = _measures(x, raters, groups, seed) if kept else {}
    return Slice(name, len(rows), len(kept), measures, _ceiling(raters, groups, seed) if kept else {})


def _measures(x: Array, raters: Array, groups: Sequence[str], seed: int) -> dict[str, Estimate]:
    y = np.nanmean(raters, axis=1)
    beside = np.column_stack([x, y])
    member = np.unique(np.asarray(groups), return_inverse=True)[1]
    found = {
        "spearman": bootstrapped(lambda rows: statistics.spearman(x[rows], y[rows]), groups, seed),
        "kendall": bootstrapped(lambda rows: statistics.kendall(x[rows], y[rows]), groups, seed),
        "pairwise": bootstrapped(lambda rows: statistics.pairwise_accuracy(x[rows], y[rows]), groups, seed, 200),
        "quadratic_kappa": bootstrapped(lambda rows: statistics.quadratic_kappa(x[rows], y[rows]), groups, seed, 200),
        "alpha": bootstrapped(lambda rows: statistics.krippendorff_alpha(beside[rows]), groups, seed, 200),
        "mean_error": bootstrapped(lambda rows: float((x[rows] - y[rows]).mean()), groups, seed),
    }
    if 1 < member.max() + 1 < len(member):
        found["pairwise_in_group"] = bootstrapped(
            lambda rows: statistics.pairwise_accuracy(x[rows], y[rows], member[rows]), groups, seed, 200
        )
    return found


def _ceiling(raters: Array, groups: Sequence[str], seed: int) -> dict[str, Estimate]:
    if raters.shape[1] < 2:
        return {}
    return {
        "one_against_rest": bootstrapped(lambda rows: statistics.one_against_rest(raters[rows]), groups, seed, 200),
        "alpha": bootstrapped(lambda rows: statistics.krippendorff_alpha(raters[rows]), groups, seed, 200),
    }
