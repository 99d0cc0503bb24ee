"""From a judge's raw scores to the scale of people: a monotone map, an interval that holds its promise, abstention."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from janus_reward.triple import Score

Array = NDArray[np.float64]

LEVEL = 0.9
"""Share of the labels that an interval is made to hold."""

_FEW = 60
_MAX_KNOTS = 8
_FOLDS = 10


class Calibration(BaseModel):
    """What a judge's score on one criterion means in the labels of people.

    Args:
        knots: (raw score, label) points of the map: straight lines between, flat outside; never falling.
        half_width: half of the interval around the mapped score, from held-out errors (split conformal prediction).
        level: share of the labels that the interval is made to hold.
        n: labels it was made from.
        labels: what they were, in words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    knots: tuple[tuple[float, float], ...] = Field(min_length=1)
    half_width: Annotated[float, Field(gt=0)]
    level: Annotated[float, Field(gt=0, lt=1)] = LEVEL
    n: Annotated[int, Field(ge=1)]
    labels: str = ""

    @field_validator("knots")
    @classmethod
    def _rising(cls, knots: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if any(left[0] >= right[0] or left[1] > right[1] for left, right in pairwise(knots)):
            raise ValueError("raw scores must increase from knot to knot, and labels must not fall")
        return knots

    def at(self, raw: float) -> float:
        """The label that a raw score stands for."""
        x, y = zip(*self.knots, strict=True)
        return float(np.interp(raw, x, y))

    def applied(self, score: Score, widest: float | None = None) -> Score:
        """The score on the scale of the labels, with its interval.

        Args:
            score: a raw score, or a reason, which stays as it is.
            widest: abstain (`disagreement`) when the interval is wider than this many points.
        """
        if score.value is None:
            return score
        value = self.at(score.value)
        low, high = max(1.0, value - self.half_width), min(5.0, value + self.half_width)
        if widest is not None and high - low > widest:
            told = f"{self.level:.0%} of the labels lie between {low:.1f} and {high:.1f}: too wide to say"
            return Score(None, "disagreement", score.confidence, rationale=told)
        return Score(round(value, 4), None, score.confidence, (round(low, 4), round(high, 4)), score.rationale)


def fit_calibration(
    raw: Sequence[float], labels: Sequence[float], groups: Sequence[str], named: str = "", level: float = LEVEL
) -> Calibration:
    """Fit the map and its interval.

    A straight line that does not fall below 60 rows, isotonic regression above (Barlow et al. 1972). The interval is
    the quantile of the errors on held-out groups, with the finite-sample correction of conformal prediction (Vovk et
    al. 2005).

    Args:
        raw: (n,) scores of the judge on 1-5.
        labels: (n,) labels on 1-5.
        groups: (n,) what belongs together; a group is held out as a whole.
        named: what the labels are, in words.
        level: share of the labels that the interval shall hold.

    Raises:
        ValueError: fewer than ten rows.
    """
    x, y = np.asarray(raw, dtype=float), np.asarray(labels, dtype=float)
    if len(x) < 10:
        raise ValueError(f"{len(x)} labelled and scored rows are too few to calibrate on; ten are the least")
    errors = np.abs(held_out(x, y, groups) - y)
    return Calibration(
        knots=_map(x, y), half_width=max(0.05, conformal_width(errors, level)), level=level, n=len(x), labels=named
    )


def held_out(x: Array, y: Array, groups: Sequence[str]) -> Array:
    """Labels that maps fitted without a row's group predict for it, (n,)."""
    names = sorted(set(groups))
    fold = {name: at % _FOLDS for at, name in enumerate(names)}
    number = np.array([fold[name] for name in groups])
    found = np.empty(len(x))
    for at in set(number.tolist()):
        knots = np.array(_map(x[number != at], y[number != at]))
        found[number == at] = np.interp(x[number == at], knots[:, 0], knots[:, 1])
    return found


def conformal_width(errors: Array, level: float = LEVEL) -> float:
    """The error that `level` of new rows stay below, from exchangeable held-out errors (n,)."""
    rank = math.ceil((len(errors) + 1) * level)
    return round(float(np.sort(errors)[min(rank, len(errors)) - 1]), 4)


def _map(x: Array, y: Array) -> tuple[tuple[float, float], ...]:
    if np.ptp(x) == 0:
        return ((float(x[0]), round(float(y.mean()), 4)),)
    return _line(x, y) if len(x) < _FEW else _isotonic(x, y)


def _line(x: Array, y: Array) -> tuple[tuple[float, float], ...]:
    slope = max(0.0, float(np.cov(x, y)[0, 1] / np.var(x, ddof=1)))
    ends = [float(x.min()), float(x.max())]
    values = np.clip([y.mean() + slope * (end - x.mean()) for end in ends], 1.0, 5.0)
    return tuple((end, round(float(value), 4)) for end, value in zip(ends, values, strict=True))


def _isotonic(x: Array, y: Array) -> tuple[tuple[float, float], ...]:
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=1.0, y_max=5.0, out_of_bounds="clip").fit(x, y)
    at = np.unique(np.round(np.quantile(x, np.linspace(0, 1, _MAX_KNOTS)), 4))
    return tuple((float(raw), round(float(label), 4)) for raw, label in zip(at, model.predict(at), strict=True))
