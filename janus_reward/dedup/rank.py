"""Who comes first: the order in which documents may stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from janus_reward.dedup.settings import Keep
from janus_reward.dedup.store import Store


def rank_order(store: Store, keep: Keep) -> NDArray[np.int64]:
    """Documents from the first to stay to the last, (n,) int64.

    `best`: by score, the highest first and those without one last; equal scores by content hash, so that the order of
        the
    input changes nothing; equal contents by id. `first`: as they came.
    """
    if keep == "first":
        return np.arange(len(store), dtype=np.int64)
    scores = np.nan_to_num(-store.scores, nan=np.inf)
    order = np.lexsort((store.content, scores))
    return _by_id_where_equal(store, order, scores)


def _by_id_where_equal(store: Store, order: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Sort runs of equal score and content by id; only their ids are looked at."""
    content, ranked = store.content[order], scores[order]
    same = (content[1:] == content[:-1]) & (ranked[1:] == ranked[:-1])
    if not same.any():
        return order
    tied = np.flatnonzero(np.concatenate([same, [False]]) | np.concatenate([[False], same]))
    run = np.cumsum(np.concatenate([[True], ~same]))[tied]
    ids = np.array(store.ids().take(order[tied]).to_pylist(), object)
    inner = sorted(range(len(tied)), key=lambda k: (run[k], ids[k]))
    order[tied] = order[tied][inner]
    return order
