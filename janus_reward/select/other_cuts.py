"""How many rows a policy would keep at other cuts: no judge is asked again, nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from janus_reward.errors import InputError
from janus_reward.run import Run
from janus_reward.select.decide import decide
from janus_reward.select.function import RowPolicy
from janus_reward.select.policy import Policy
from janus_reward.select.rows import Rows


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What one cut would do.

    Args:
        cut: `score.min`.
        kept, review, dropped: rows.
        domains: kept rows by domain.
        mean: of the ranking number over kept rows; `None` of nothing.
    """

    cut: float
    kept: int
    review: int
    dropped: int
    domains: dict[str, int]
    mean: float | None


def what_if(
    run: str | Path | Run,
    policy: Policy | RowPolicy,
    cuts: Sequence[float],
    *,
    dedup: str | Path | None = None,
    contamination: str | Path | None = None,
) -> list[WhatIf]:
    """Apply a policy with `score.min` at each of the cuts; arguments as in `select_run`.

    Raises:
        InputError: the policy is a function, which has no cut to move.
    """
    if not isinstance(policy, Policy):
        raise InputError("a policy in Python has no cut to move", hint="Use a policy file.")
    rows = Rows(run if isinstance(run, Run) else Run(run))
    related = [None if folder is None else Path(folder) for folder in (dedup, contamination)]
    return [_at(rows, policy, cut, *related) for cut in cuts]


def _at(rows: Rows, policy: Policy, cut: float, dedup: Path | None, contamination: Path | None) -> WhatIf:
    decided = decide(rows, policy.with_cut(cut), dedup, contamination)
    counts = np.bincount(decided.decisions.choice, minlength=3).tolist()
    kept = decided.decisions.kept()
    codes, names = rows.slices("domain")
    own = np.bincount(codes[kept], minlength=len(names)).tolist()
    known = decided.values[kept & ~np.isnan(decided.values)]
    return WhatIf(
        cut,
        counts[0],
        counts[2],
        counts[1],
        {name: count for name, count in zip(names, own, strict=True) if count},
        float(known.mean()) if len(known) else None,
    )
