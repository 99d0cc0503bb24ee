"""pass@k: the chance that one of k samples passes."""

from __future__ import annotations

import math


def pass_at_k(samples: int, passed: int, k: int) -> float | None:
    """The unbiased estimate 1 - C(n - c, k) / C(n, k) for one task (Chen et al. 2021, arXiv 2107.03374, equation 1).

    Args:
        samples: n, how many were drawn.
        passed: c, how many of them pass all tests.
        k: how many one may try.

    Returns: 0 to 1; `None` when fewer than k samples were drawn.
    """
    if not 0 <= passed <= samples:
        raise ValueError(f"{passed} of {samples} samples cannot have passed")
    if k < 1 or samples < k:
        return None
    return 1 - math.comb(samples - passed, k) / math.comb(samples, k)
