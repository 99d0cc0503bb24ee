"""Which rows people shall rate: three overlapping draws, each row with the probability that it is in the sample."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from janus_reward.errors import InputError
from janus_reward.report.gallery import disagreement
from janus_reward.run import Run
from janus_reward.select.rows import Rows, hashes

SHARES = {"uniform": 0.5, "borderline": 0.25, "disagreement": 0.25}
"""Shares of the expected sample that each draw has."""

_TOP = 0.2


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample.

    Args:
        places: (k,) of the rows, in an order of their own.
        probability: (k,) that a row is in a sample drawn so.
        strata: (k,) names of the draws that took it.
    """

    places: NDArray[np.int64]
    probability: NDArray[np.float64]
    strata: list[str]


def draw_sample(run: Run, size: int, cut: float, seed: int = 0) -> Drawn:
    """Draw rows independently of each other (Poisson sampling), the same ones for the same ids and seed.

    Args:
        run: scored.
        size: rows to expect; the true number varies around it.
        cut: the score around which rows are borderline.
        seed: of the draw.

    Raises:
        InputError: nothing can be drawn.
    """
    rows = Rows(run)
    if size < 1 or not len(rows):
        raise InputError(f"no sample of {size} of {len(rows)} rows can be drawn")
    chances = _chances(rows, size, cut)
    missed = np.prod([1 - chance for chance in chances.values()], axis=0)
    taken = {name: _uniform(rows, f"{seed} {name}") < chance for name, chance in chances.items()}
    places = np.flatnonzero(np.any(list(taken.values()), axis=0))
    order = np.argsort(_uniform(rows, f"{seed} order")[places], kind="stable")
    chosen = places[order]
    strata = ["+".join(name for name in taken if taken[name][at]) for at in chosen]
    return Drawn(chosen, (1 - missed)[chosen], strata)


def draw_pairs(run: Run, size: int, seed: int = 0) -> list[tuple[int, int]]:
    """Pairs of rows with the same instruction, sides placed by the seed; fewer when there are no more."""
    rows = Rows(run)
    groups = rows.instructions()
    order = np.lexsort((_uniform(rows, f"{seed} pair"), groups))
    pairs = [(a, b) for a, b in pairwise(order.tolist()) if groups[a] == groups[b] and groups[a] != 0]
    keys = _uniform(rows, f"{seed} which")
    sides = _uniform(rows, f"{seed} side")
    chosen = sorted(pairs, key=lambda pair: (float(keys[pair[0]]), pair))[:size]
    return [(a, b) if sides[a] < 0.5 else (b, a) for a, b in chosen]


def _chances(rows: Rows, size: int, cut: float) -> dict[str, NDArray[np.float64]]:
    count, score = len(rows), rows.numbers("score")
    near, apart = np.abs(score - cut), -disagreement(rows)
    return {
        "uniform": np.full(count, min(1.0, SHARES["uniform"] * size / count)),
        "borderline": _among(near, SHARES["borderline"] * size),
        "disagreement": _among(apart, SHARES["disagreement"] * size),
    }


def _among(key: NDArray[np.float64], expected: float) -> NDArray[np.float64]:
    """Equal chances for the fifth of the rows with the smallest key, none for the others."""
    known = ~np.isnan(key)
    if not known.any():
        return np.zeros(len(key))
    limit = np.quantile(key[known], _TOP)
    within = known & (np.nan_to_num(key, nan=np.inf) <= limit)
    return np.where(within, min(1.0, expected / within.sum()), 0.0)


def _uniform(rows: Rows, salt: str) -> NDArray[np.float64]:
    """A number in [0, 1) for each row that depends on its id and the salt alone, (n,)."""
    import pyarrow as pa

    salted = pa.array([f"{salt} {id_}" for id_ in rows.ids.to_pylist()], pa.large_string())
    return hashes(salted).astype(np.float64) / 2.0**64
