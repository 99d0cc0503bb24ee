"""The cut of a policy: given, or the least one that keeps what people call good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_reward.errors import InputError
from janus_reward.select.policy import Score
from janus_reward.select.quantity import Quantity
from janus_reward.select.rows import Rows

if TYPE_CHECKING:
    from janus_reward.agreement.labels import Ratings

_LEAST_LABELS = 20


def settled_cut(rows: Rows, rule: Score, found: Quantity) -> float | None:
    """`min` of a score rule, or the cut that its `precision` leads to.

    Raises:
        InputError: no cut reaches the precision on these labels.
    """
    if rule.labels is None or rule.precision is None:
        return rule.min
    from janus_reward.agreement.labels import Ratings, read_labels
    from janus_reward.agreement.statistics import wilson

    labels = read_labels(rule.labels)
    if not isinstance(labels, Ratings):
        raise InputError(f"{rule.labels} holds pairs", hint="A precision needs ratings: `id` and a number.")
    score, good = _labelled(rows, found, labels, rule.good)
    for cut in np.unique(score):
        kept = good[score >= cut]
        low = wilson(int(kept.sum()), len(kept)).low
        if len(kept) >= _LEAST_LABELS and low is not None and low >= rule.precision:
            return float(np.floor(cut * 1000) / 1000)
    raise InputError(
        f"no cut keeps {rule.precision:.0%} labelled {rule.good:g} or better, with 95 % certainty, "
        f"on the {len(score)} labelled rows that have a score",
        hint="Label more rows, or ask for less.",
    )


def _labelled(rows: Rows, found: Quantity, labels: Ratings, good: float) -> tuple[np.ndarray, np.ndarray]:
    place = {name: at for at, name in enumerate(rows.ids.to_pylist())}
    at = [(place[name], value) for name, value in zip(labels.ids, labels.mean, strict=True) if name in place]
    pairs = [(found.values[row], value >= good) for row, value in at if not np.isnan(found.values[row])]
    return np.array([pair[0] for pair in pairs], dtype=float), np.array([pair[1] for pair in pairs], dtype=bool)
