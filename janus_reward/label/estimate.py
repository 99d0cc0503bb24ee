"""What people would say of the whole run, from their ratings of a sample and the judge's scores of all rows.

Prediction-powered inference (Angelopoulos et al. 2023, with the tuned weight of PPI++): the mean of the judge's scores
over all rows, corrected by what people said beyond it on the sample. Rows count with the inverse of the probability
with which they were drawn, normalised (Hajek 1971).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from janus_reward.errors import InputError
from janus_reward.label.store import LabelStore
from janus_reward.run import Run
from janus_reward.select.rows import Rows

Array = NDArray[np.float64]

_LEAST = 10


@dataclass(frozen=True, slots=True)
class Rate:
    """An estimate over all rows with its 95 % interval.

    Args:
        value, low, high: with the judge's help.
        plain, plain_low, plain_high: from the labels alone.
        weight: how far the judge's scores were used, 0 to 1.
        n, rows: rated rows, and all rows.
    """

    value: float
    low: float
    high: float
    plain: float
    plain_low: float
    plain_high: float
    weight: float
    n: int
    rows: int


def estimate_labels(
    run: str | Path | Run, labels: str | Path, criterion: str = "score", good: float = 4.0
) -> dict[str, Any]:
    """The mean label and the share of rows labelled `good` or better, over the whole run.

    Args:
        run: that the sample was drawn from.
        labels: file of `LabelStore`.
        criterion: what was rated.
        good: level from which a label counts as good.

    Raises:
        InputError: fewer than ten rows are rated.
    """
    opened = run if isinstance(run, Run) else Run(run)
    rows = Rows(opened)
    with LabelStore(labels) as store:
        rated = store.ratings(criterion)
    place = {id_: at for at, id_ in enumerate(rows.ids.to_pylist())}
    known = [(place[id_], probability, float(np.mean(values))) for id_, probability, values in rated if id_ in place]
    if len(known) < _LEAST:
        raise InputError(f"{len(known)} rated rows are too few for an estimate; {_LEAST} are the least")
    at = np.array([entry[0] for entry in known])
    drawn, label = (np.array([entry[part] for entry in known]) for part in (1, 2))
    scores = _filled(rows.numbers(criterion))
    mean = prediction_powered(label, scores[at], drawn, scores)
    share = prediction_powered(
        (label >= good).astype(float), (scores[at] >= good).astype(float), drawn, (scores >= good).astype(float)
    )
    return {"criterion": criterion, "good": good, "mean": asdict(mean), "share": asdict(share)}


def prediction_powered(label: Array, predicted: Array, probability: Array, everywhere: Array) -> Rate:
    """The mean of the labels over all rows.

    Args:
        label: (n,) of the sample.
        predicted: (n,) what the judge says of the sample.
        probability: (n,) that each was drawn.
        everywhere: (rows,) what the judge says of all rows.
    """
    weight = 1 / probability
    tuned = _tuned(label, predicted, weight)
    value, error = _corrected(label - tuned * predicted, weight, probability)
    value += tuned * float(everywhere.mean())
    plain, plain_error = _corrected(label, weight, probability)
    reach = float(norm.ppf(0.975))
    return Rate(
        value, value - reach * error, value + reach * error, plain, plain - reach * plain_error,
        plain + reach * plain_error, tuned, len(label), len(everywhere),
    )  # fmt: skip


def _corrected(residual: Array, weight: Array, probability: Array) -> tuple[float, float]:
    """Weighted mean and its standard error under independent draws, linearised."""
    total = weight.sum()
    mean = float((weight * residual).sum() / total)
    spread = (1 - probability) * (weight * (residual - mean)) ** 2
    count = len(residual)
    return mean, float(np.sqrt(spread.sum() * count / max(1, count - 1)) / total)


def _tuned(label: Array, predicted: Array, weight: Array) -> float:
    """The multiple of the judge's scores that leaves the least spread, in [0, 1]."""
    share = weight / weight.sum()
    a, b = label - share @ label, predicted - share @ predicted
    below = float(share**2 @ b**2)
    return float(np.clip(share**2 @ (a * b) / below, 0, 1)) if below > 0 else 0.0


def _filled(scores: Array) -> Array:
    """Rows without a score get the mean of the others: a guess that the sample corrects like any other."""
    known = ~np.isnan(scores)
    return np.where(known, scores, scores[known].mean() if known.any() else 3.0)
