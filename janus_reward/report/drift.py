"""What moved between an earlier run and this one, over the rows that both hold."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow.compute as pc

from janus_reward.agreement.statistics import bootstrapped
from janus_reward.report.audit import Audit
from janus_reward.select.rows import Rows

_MOVED = 30
_ROWS = 20_000


def drift(audit: Audit) -> dict[str, Any] | None:
    """Paired differences by criterion with 95 % intervals, changed outcomes, the rows that moved most."""
    if audit.compare is None:
        return None
    now, before = audit.rows, Rows(audit.compare)
    place = pc.index_in(now.ids, value_set=before.ids).fill_null(-1).to_numpy(zero_copy_only=False)
    here = np.flatnonzero(place >= 0)
    there = place[here]
    names = ["score", *(name for name in now.criteria if name in before.criteria)]
    settings = audit.compare.manifest["settings"]
    return {
        "name": audit.compare.path.resolve().name,
        "judge": settings.get("judge", {}),
        "rows": len(before),
        "shared": len(here),
        "criteria": [_moved(name, now.numbers(name)[here], before.numbers(name)[there]) for name in names],
        "outcomes": _outcomes(now, before, here, there),
        "largest": _largest(now, before, here, there),
    }


def _moved(name: str, now: np.ndarray, before: np.ndarray) -> dict[str, Any]:
    both = ~np.isnan(now) & ~np.isnan(before)
    gap = (now - before)[both]
    step = max(1, len(gap) // _ROWS)
    sample = gap[::step]
    found = bootstrapped(
        lambda at: float(sample[at].mean()) if len(at) else None, [str(at) for at in range(len(sample))], rounds=300
    )
    return {
        "name": name,
        "n": int(both.sum()),
        "before": round(float(before[both].mean()), 4) if both.any() else None,
        "now": round(float(now[both].mean()), 4) if both.any() else None,
        "change": found.value,
        "low": found.low,
        "high": found.high,
        "changed": int((np.abs(gap) > 1e-6).sum()),
        "gained": int((~np.isnan(now) & np.isnan(before)).sum()),
        "lost": int((np.isnan(now) & ~np.isnan(before)).sum()),
    }


def _outcomes(now: Rows, before: Rows, here: np.ndarray, there: np.ndarray) -> list[list[Any]]:
    (codes, names), (old, old_names) = now.words("outcome"), before.words("outcome")
    pairs = Counter(
        (old_names[b] if b >= 0 else "error", names[a] if a >= 0 else "error")
        for a, b in zip(codes[here].tolist(), old[there].tolist(), strict=True)
    )
    changed = [(pair, count) for pair, count in pairs.items() if pair[0] != pair[1]]
    return [[*pair, count] for pair, count in sorted(changed, key=lambda item: (-item[1], item[0]))]


def _largest(now: Rows, before: Rows, here: np.ndarray, there: np.ndarray) -> list[list[Any]]:
    new, old = now.numbers("score")[here], before.numbers("score")[there]
    gap = np.nan_to_num(np.abs(new - old))
    order = np.lexsort((now.tie[here], -gap))[:_MOVED]
    ids = now.ids.take(here[order]).to_pylist()
    return [
        [id_, round(float(old[at]), 3), round(float(new[at]), 3)]
        for id_, at in zip(ids, order.tolist(), strict=True)
        if gap[at] > 1e-6
    ]
