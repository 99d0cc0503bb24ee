"""How far two renders of a pair differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

_SEEN = 10
"""Levels (of 255) by which a channel must differ for a pixel to count as changed."""
MIN_SHARE = 1e-5
"""Share of changed pixels from which a change is called visible."""


def changed_share(one: list[Path], other: list[Path]) -> float:
    """Share of the pixels that differ, 0-1, the most over all stills; 1.0 when sizes or numbers of stills differ."""
    if len(one) != len(other):
        return 1.0
    return max((_share(a, b) for a, b in zip(one, other, strict=True)), default=0.0)


def _share(one: Path, other: Path) -> float:
    if one == other:
        return 0.0
    with Image.open(one) as first, Image.open(other) as second:
        if first.size != second.size:
            return 1.0
        a, b = (np.asarray(image.convert("RGB"), dtype=np.int16) for image in (first, second))
    return float((np.abs(a - b).max(axis=2) > _SEEN).mean())
