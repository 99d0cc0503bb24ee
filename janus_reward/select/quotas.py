"""What a policy asks of rows beside each other: the best answers of an instruction, shares of slices, a size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from janus_reward.errors import InputError
from janus_reward.select.decisions import Decisions, Mask
from janus_reward.select.policy import Quota
from janus_reward.select.rows import Codes, Floats, Rows

Places = NDArray[np.int64]


def best_first(rows: Rows, values: Floats, where: Mask) -> Places:
    """Positions of the rows in `where`, the best value first; equals ordered by a hash of their id."""
    at = np.flatnonzero(where)
    ranked = np.nan_to_num(values[at], nan=-np.inf)
    return at[np.lexsort((rows.tie[at], -ranked))]


def keep_percentile(rows: Rows, values: Floats, percentile: float, by: str | None, where: Mask) -> Mask:
    """Rows among `where` below the percentile of their slice: those to drop, (n,)."""
    codes = rows.slices(by)[0] if by else np.zeros(len(rows), dtype=np.int32)
    below = np.zeros(len(rows), dtype=bool)
    known = where & ~np.isnan(values)
    for code in np.unique(codes[known]).tolist():
        own = known & (codes == code)
        below |= own & (values < np.percentile(values[own], percentile))
    return below


def limit_answers(rows: Rows, values: Floats, most: int, decisions: Decisions) -> None:
    """Keep the best `most` answers to each instruction; rows without an instruction are free."""
    groups = rows.instructions()
    ranked = best_first(rows, values, decisions.open & (groups != 0))
    beyond = _beyond(groups[ranked], np.full(len(ranked), most))
    _settle_places(decisions, ranked[beyond], f"same instruction: beyond the best {most}")


def limit_slices(rows: Rows, values: Floats, quota: Quota, decisions: Decisions) -> None:
    """Keep the best rows of each slice up to its quota. Raises InputError when shares cannot add up."""
    codes, names = rows.slices(quota.by)
    ranked = best_first(rows, values, decisions.open)
    counts = np.bincount(codes[ranked], minlength=len(names))
    caps = _caps(counts, names, quota)
    beyond = _beyond(codes[ranked], caps[codes[ranked]])
    over = np.full(len(rows), -1, dtype=np.int32)
    over[ranked[beyond]] = codes[ranked[beyond]]
    decisions.settle_each("drop", over, [f"{quota.by}={name}" for name in names], "quota")


def _caps(counts: NDArray[np.int64], names: list[str], quota: Quota) -> NDArray[np.int64]:
    caps = counts.copy()
    if quota.max is not None:
        caps = np.minimum(caps, quota.max)
    for name, most in quota.only.items():
        if name in names:
            caps[names.index(name)] = min(caps[names.index(name)], most)
    if quota.max_share is not None:
        caps = np.minimum(caps, _shared(caps, quota))
    return caps


def _shared(counts: NDArray[np.int64], quota: Quota) -> int:
    """The largest cap c for which no slice is more than its share of the sum of min(count, c)."""
    share = quota.max_share or 1.0
    slices = int((counts > 0).sum())
    if slices and slices * share < 1:
        raise InputError(
            f"quota {quota.by}: {slices} slices of at most {share:.0%} each make no whole",
            hint=f"Give at least {1 / slices:.2f}, or drop the quota.",
        )
    cap = int(counts.max(initial=0))
    while (allowed := int(share * np.minimum(counts, cap).sum() + 1e-9)) < cap:
        cap = allowed
    return cap


def _beyond(groups: Codes | NDArray[np.uint64], most: NDArray[np.int64]) -> Mask:
    """For rows in order, those that are not among the first `most` of their group, (n,)."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.empty(0, dtype=int)
    rank = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
    beyond = np.zeros(len(groups), dtype=bool)
    beyond[order] = rank >= most[order]
    return beyond


def _settle_places(decisions: Decisions, places: Places, reason: str) -> None:
    where = np.zeros(len(decisions), dtype=bool)
    where[places] = True
    decisions.settle("drop", where, reason)
