"""A monotone additive model: one piecewise-linear curve a signal, fitted to labels and to ordered pairs at once.

The curves are sums of hinges with coefficients of one sign, so a signal whose sign is known can only push one way. The
loss is convex and bounded below: the same data give the same curves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]

Curves = Mapping[str, tuple[tuple[float, float], ...]]
"""(value, points) knots by signal: straight lines between, flat outside."""

_SAME_WEIGHT = 4.0
_PRIOR_PULL = 0.05


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows with a label on the 1-5 scale. `x` is (n, p) with NaN for what was not measured; `y` (n,); `group` (n,)."""

    name: str
    x: Array
    y: Array
    group: NDArray[np.str_]
    weight: float = 1.0

    def take(self, rows: NDArray[np.bool_]) -> Labelled:
        """Only these rows."""
        return Labelled(self.name, self.x[rows], self.y[rows], self.group[rows], self.weight)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Pairs that must differ by at least `margin` points (n,), or, where it is 0, must not differ at all.

    Args:
        better, worse: (n, p) signals of the two sides.
        group: (n, g) names; a fold never trains on a pair that shares a group with a tested one.
        weight: of the whole set against the others; `each` (n,) inside the set.
    """

    name: str
    better: Array
    worse: Array
    margin: Array
    group: NDArray[np.str_]
    weight: float = 1.0
    each: Array | None = None

    def take(self, rows: NDArray[np.bool_]) -> Ordered:
        """Only these pairs."""
        each = None if self.each is None else self.each[rows]
        return Ordered(
            self.name, self.better[rows], self.worse[rows], self.margin[rows], self.group[rows], self.weight, each
        )


@dataclass(frozen=True, slots=True)
class Additive:
    """A fitted model: points by signal as (value, points) knots, and a base for each labelled set.

    Args:
        curves: by signal; at `centre[signal]` the points are 0, which is also what a missing value adds.
        bases: intercept by name of the labelled set.
    """

    signals: tuple[str, ...]
    curves: Curves
    bases: Mapping[str, float] = field(default_factory=dict)

    def predict(self, x: Array) -> Array:
        """Points without a base, (n,)."""
        total = np.zeros(len(x))
        for column, name in enumerate(self.signals):
            if name in self.curves:
                knots = np.array(self.curves[name])
                points = np.interp(x[:, column], knots[:, 0], knots[:, 1])
                total += np.where(np.isnan(x[:, column]), 0.0, points)
        return total


@dataclass(frozen=True, slots=True)
class _Hinges:
    """The hinges of one signal: between `knots[k]` and `knots[k + 1]` each rises from 0 to 1."""

    signal: int
    knots: Array
    sign: int
    centre: float

    def columns(self, x: Array) -> Array:
        values = self._raw(x[:, self.signal]) - self._raw(np.array([self.centre]))
        return np.where(np.isnan(x[:, [self.signal]]), 0.0, values)

    def _raw(self, values: Array) -> Array:
        rise = (values[:, None] - self.knots[:-1]) / np.diff(self.knots)
        return np.clip(rise, 0.0, 1.0)


def fit(
    signals: Sequence[str],
    signs: Mapping[str, int],
    labelled: Sequence[Labelled],
    ordered: Sequence[Ordered],
    prior: Curves | None = None,
    *,
    ridge: float = 0.02,
    lasso: float = 0.004,
    pieces: int = 4,
) -> Additive:
    """Fit the curves.

    Args:
        signals: names of the columns of every `x`.
        signs: +1 where more is better, -1 where less is, 0 where both may be; a signal that is not named is not used.
        labelled: sets with labels, each with a base of its own.
        ordered: sets of pairs.
        prior: curves by hand; the model is these times a factor (pulled to 1, never negative) plus fitted hinges.
        ridge: penalty on the squared points of a hinge.
        lasso: penalty on the points of a hinge.
        pieces: straight pieces of a fitted curve, at most.

    Raises:
        ValueError: there is nothing to fit to.
    """
    if not labelled and not ordered:
        raise ValueError("nothing to fit to: neither labels nor pairs")
    known = Additive(tuple(signals), prior or {})
    hinges = _hinges(signals, signs, _pool(labelled, ordered), pieces)
    problem = _Problem(known, hinges, labelled, ordered, ridge, lasso)
    answer = minimize(
        problem.loss, problem.start(), jac=True, bounds=problem.bounds(), method="L-BFGS-B", options={"maxiter": 400}
    )
    return _model(known, hinges, labelled, answer.x)


def _pool(labelled: Sequence[Labelled], ordered: Sequence[Ordered]) -> Array:
    parts = [part.x for part in labelled] + [side for part in ordered for side in (part.better, part.worse)]
    return np.concatenate(parts)


def _hinges(signals: Sequence[str], signs: Mapping[str, int], pool: Array, pieces: int) -> list[_Hinges]:
    hinges = []
    for column, name in enumerate(signals):
        values = pool[:, column]
        values = values[~np.isnan(values)]
        if name not in signs or len(values) < 20:
            continue
        knots = _knots(values, pieces)
        if len(knots) > 1:
            centre = float(np.median(values))
            hinges += [
                _Hinges(column, knots, sign, centre) for sign in ((1, -1) if signs[name] == 0 else (signs[name],))
            ]
    return hinges


def _knots(values: Array, pieces: int) -> Array:
    """Where the hinges meet: spread over the quantiles, rounded to be readable."""
    quantiles = np.quantile(values, np.linspace(0.01, 0.99, pieces + 1))
    rounded = np.unique([float(f"{value:.3g}") for value in quantiles])
    if len(rounded) > 1:
        return rounded
    return np.unique([float(f"{value:.3g}") for value in (values.min(), values.max())])


class _Problem:
    """The convex loss and its gradient over (bases, factor of the prior, sizes of the hinges)."""

    def __init__(
        self,
        prior: Additive,
        hinges: list[_Hinges],
        labelled: Sequence[Labelled],
        ordered: Sequence[Ordered],
        ridge: float,
        lasso: float,
    ) -> None:
        steps = [np.full(len(hinge.knots) - 1, hinge.sign) for hinge in hinges]
        self._signs = np.concatenate([np.ones(1), *steps])
        self._labelled = [(_design(prior, hinges, part.x), part) for part in labelled]
        self._ordered = [
            (_design(prior, hinges, part.better) - _design(prior, hinges, part.worse), part) for part in ordered
        ]
        self._ridge = np.concatenate([[_PRIOR_PULL], np.full(len(self._signs) - 1, ridge)])
        self._lasso = np.concatenate([[0.0], np.full(len(self._signs) - 1, lasso)])
        self._pulled_to = np.concatenate([[1.0], np.zeros(len(self._signs) - 1)])

    def start(self) -> Array:
        means = [float(part.y.mean()) for _, part in self._labelled]
        return np.concatenate([means, self._pulled_to])

    def bounds(self) -> list[tuple[float | None, float | None]]:
        free: list[tuple[float | None, float | None]] = [(None, None)] * len(self._labelled)
        return free + [(0.0, None)] * len(self._signs)

    def loss(self, parameters: Array) -> tuple[float, Array]:
        bases, sizes = np.split(parameters, [len(self._labelled)])
        coefficients = sizes * self._signs
        away = sizes - self._pulled_to
        value = float(self._ridge @ away**2 + self._lasso @ sizes)
        slope = np.zeros_like(coefficients)
        base_slopes = np.zeros_like(bases)
        for at, (design, part) in enumerate(self._labelled):
            rest = design @ coefficients + bases[at] - part.y
            value += part.weight * float(rest @ rest) / len(rest)
            slope += 2 * part.weight * design.T @ rest / len(rest)
            base_slopes[at] = 2 * part.weight * rest.mean()
        for gap, ordered in self._ordered:
            found, pull = _pair_loss(gap @ coefficients, ordered)
            value += found
            slope += gap.T @ pull
        return value, np.concatenate([base_slopes, slope * self._signs + 2 * self._ridge * away + self._lasso])


def _pair_loss(gaps: Array, part: Ordered) -> tuple[float, Array]:
    """Squared hinge below the margin for ordered pairs, squared gap for pairs that must not differ."""
    same = part.margin == 0
    short = np.where(same, gaps, np.minimum(gaps - part.margin, 0.0))
    each = np.where(same, _SAME_WEIGHT, 1.0) * (1.0 if part.each is None else part.each) * part.weight / len(gaps)
    return float(each @ short**2), 2 * each * short


def _design(prior: Additive, hinges: list[_Hinges], x: Array) -> Array:
    return np.concatenate([prior.predict(x)[:, None], *(hinge.columns(x) for hinge in hinges)], axis=1)


def _model(prior: Additive, hinges: list[_Hinges], labelled: Sequence[Labelled], answer: Array) -> Additive:
    bases = {part.name: float(base) for part, base in zip(labelled, answer, strict=False)}
    at = len(labelled)
    factor = float(answer[at])
    at += 1
    parts: dict[str, list[Array]] = {}
    for hinge in hinges:
        sizes = answer[at : at + len(hinge.knots) - 1]
        at += len(sizes)
        rises = hinge.sign * np.concatenate([[0.0], np.cumsum(sizes)])
        level = rises - np.interp(hinge.centre, hinge.knots, rises)
        parts.setdefault(prior.signals[hinge.signal], []).append(np.column_stack([hinge.knots, level]))
    for name, knots in prior.curves.items():
        scaled = np.array(knots) * [1.0, factor]
        parts.setdefault(name, []).append(scaled)
    curves = {name: _sum(found) for name, found in parts.items()}
    kept = {name: curve for name, curve in sorted(curves.items()) if np.ptp([point for _, point in curve]) >= 0.01}
    return Additive(prior.signals, kept, bases)


def _sum(parts: list[Array]) -> tuple[tuple[float, float], ...]:
    """The sum of piecewise-linear curves, exactly: its knots are all their knots."""
    at = np.unique(np.concatenate([part[:, 0] for part in parts]))
    total = sum(np.interp(at, part[:, 0], part[:, 1]) for part in parts)
    return tuple((float(value), round(float(points), 3)) for value, points in zip(at, total, strict=True))
