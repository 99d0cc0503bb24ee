"""Whether an edit did what the reference edit does, and nothing else, by measured differences.

Both edits are compared with the state before, part by part: elements of a page or a drawing, artists of a figure. A
change is a part, a property and its new value; what a generator says it changed plays no role. There is no published
definition of scope that is measured; this one is precision and recall over such changes, as ChartMimic takes them over
texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from janus_reward.coder_eval.metrics.overlap import Overlap, overlap
from janus_reward.evidence.node import Node
from janus_reward.evidence.raster import Raster, decode, differs
from janus_reward.evidence.tree_change import compared

_STEP = 16
Change = tuple[str, str, str]


def scope(before: Sequence[Node], edited: Sequence[Node], reference: Sequence[Node]) -> Overlap | None:
    """Overlap of the changes made and those of the reference: precision falls with what was touched beside the point.

    Returns: `None` when the reference changes nothing.
    """
    return overlap(_changes(before, edited), _changes(before, reference))


def preservation(before: bytes, edited: bytes, reference: bytes) -> float | None:
    """Share of the pixels that the reference edit leaves alone which this edit leaves alone too, 0 to 1.

    Pictures of another size than the one before cannot be compared point by point: they count as changed throughout.

    Returns: `None` when a picture cannot be read, or the reference leaves nothing alone.
    """
    pictures = [decode(png) for png in (before, edited, reference)]
    if any(picture is None for picture in pictures):
        return None
    old, new, wanted = (picture for picture in pictures if picture is not None)
    kept = ~_changed(old, wanted)
    if not kept.any():
        return None
    return float((kept & ~_changed(old, new)).sum() / kept.sum())


def _changes(before: Sequence[Node], after: Sequence[Node]) -> Iterator[Change]:
    for change in compared(before, after).changes:
        yield change.element, change.property, change.after


def _changed(old: Raster, new: Raster) -> np.ndarray:
    """(h, w) bool over the picture before."""
    if old.pixels.shape != new.pixels.shape:
        return np.ones(old.pixels.shape[:2], dtype=np.bool_)
    return differs(old.pixels, new.pixels, _STEP)
