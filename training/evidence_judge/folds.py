"""Out-of-fold predictions: every row and pair is predicted by a model that saw none of its group."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.evidence_judge.additive import Additive, Labelled, Ordered

Array = NDArray[np.float64]
Fit = Callable[[Sequence[Labelled], Sequence[Ordered]], Additive]


def fold_of(group: NDArray[np.str_], folds: int, seed: int) -> NDArray[np.int_]:
    """The fold of each group name: by a hash, so that a set that grows keeps its folds."""
    return np.array([zlib.crc32(f"{seed}/{name}".encode()) % folds for name in group.ravel()]).reshape(group.shape)


def rows_out_of_fold(
    fit: Fit, rows: Labelled, labelled: Sequence[Labelled], ordered: Sequence[Ordered], folds: int = 8, seed: int = 0
) -> Array:
    """Predict the label of each row of one set (n,); the other sets are always trained on, minus the group's pairs."""
    fold = fold_of(rows.group, folds, seed)
    found = np.full(len(rows.y), np.nan)
    for number in range(folds):
        test = fold == number
        if not test.any():
            continue
        held = set(rows.group[test].tolist())
        train = [rows.take(~test), *labelled]
        model = fit(train, [without(part, held) if part.name == rows.name else part for part in ordered])
        found[test] = model.predict(rows.x[test]) + model.bases[rows.name]
    return found


def pairs_out_of_fold(
    fit: Fit, pairs: Ordered, labelled: Sequence[Labelled], ordered: Sequence[Ordered], folds: int = 5, seed: int = 0
) -> tuple[Array, NDArray[np.bool_]]:
    """Predict the gap of pairs of which every group is unseen; the mask (n,) says which pairs could be predicted.

    Pairs with one side in the fold and the other outside are neither trained on nor tested.
    """
    fold = fold_of(pairs.group, folds, seed)
    gaps = np.full(len(pairs.margin), np.nan)
    for number in range(folds):
        inside = fold == number
        test, train = inside.all(axis=1), ~inside.any(axis=1)
        if not test.any():
            continue
        model = fit(labelled, [pairs.take(train), *ordered])
        gaps[test] = model.predict(pairs.better[test]) - model.predict(pairs.worse[test])
    return gaps, ~np.isnan(gaps)


def without(pairs: Ordered, groups: set[str]) -> Ordered:
    """The pairs that touch none of the groups."""
    keep = np.array([not groups & set(names) for names in pairs.group.tolist()], dtype=bool)
    return pairs.take(keep)
