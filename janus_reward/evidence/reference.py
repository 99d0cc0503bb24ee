"""How near the picture comes to the reference of a `reproduce` task."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from janus_reward.evidence import block_match, code_tree, perceptual
from janus_reward.evidence.raster import Raster
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_GRID = 32


def _pair(view: View) -> tuple[Raster, Raster] | None:
    return (view.still, view.reference) if view.still and view.reference else None


@signal("reference.size_ratio")
def size_ratio(view: View) -> float | None:
    """How alike the aspects are: 1 for the same shape (the number of pixels does not matter)."""
    if not (pair := _pair(view)):
        return None
    first, second = (picture.width / picture.height for picture in pair)
    return min(first, second) / max(first, second)


@signal("reference.color_distance")
def color_distance(view: View) -> float | None:
    """1 minus the intersection of the colour histograms (4 bits a channel): 0 for the same colours."""
    if not (pair := _pair(view)):
        return None
    shared = np.minimum(pair[0].histogram, pair[1].histogram).sum()
    return float(np.clip(1 - shared, 0, 1))


@signal("reference.layout_similarity", unit="correlation", low=-1)
def layout_similarity(view: View) -> float | None:
    """Correlation of the luma of both pictures on a grid of 32 by 32."""
    if not (pair := _pair(view)):
        return None
    return correlation(pair[0].thumbnail(_GRID), pair[1].thumbnail(_GRID))


@signal("reference.edge_similarity", unit="correlation", low=-1)
def edge_similarity(view: View) -> float | None:
    """Correlation of the edges of both pictures on a grid of 32 by 32."""
    if not (pair := _pair(view)):
        return None
    return correlation(*(_edge_map(picture) for picture in pair))


def _edge_map(picture: Raster) -> NDArray[np.float32]:
    from_edges = Raster(np.repeat(picture.edges[..., None], 3, axis=2).astype(np.uint8) * 255, 1, 1, 1)
    return from_edges.thumbnail(_GRID)


def correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float | None:
    """Pearson's correlation of two maps of one shape; `None` where one of them is flat."""
    a, b = first.ravel() - first.mean(), second.ravel() - second.mean()
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.clip(a @ b / norm, -1, 1)) if norm > 1e-6 else None


@signal("reference.ink_ratio")
def ink_ratio(view: View) -> float | None:
    """Ink of the emptier picture divided by ink of the fuller one: 1 when both are drawn on as much."""
    if not (pair := _pair(view)):
        return None
    low, high = sorted(float(picture.ink.mean()) for picture in pair)
    return low / high if high else None


@signal("reference.text_recall")
def text_recall(view: View) -> float | None:
    """Share of the reference's words that the picture shows; the data gives them in `meta.reference_texts`."""
    given = view.triple.meta.get("reference_texts")
    if not isinstance(given, (list, tuple)) or view.picture_words is None:
        return None
    wanted = {word for text in given[:500] if isinstance(text, str) for word in re.findall(r"\w+", text.casefold())}
    shown = set(re.findall(r"\w+", view.picture_words.casefold()))
    return len(wanted & shown) / len(wanted) if wanted else None


def _blocks(view: View) -> block_match.Match | None:
    pair = _pair(view)
    return block_match.match(*(block_match.segment(picture) for picture in pair)) if pair else None


@signal("reference.block_area")
def block_area(view: View) -> float | None:
    """Area of the blocks found in both pictures divided by the area of all blocks (after Design2Code's block match)."""
    return found.area if (found := view.once(_blocks)) else None


@signal("reference.block_position")
def block_position(view: View) -> float | None:
    """1 minus the mean distance of matched blocks' middles, as a share of the picture's sides."""
    return found.position if (found := view.once(_blocks)) else None


@signal("reference.block_size")
def block_size(view: View) -> float | None:
    """Mean ratio of the areas of matched blocks, the smaller by the larger."""
    return found.size if (found := view.once(_blocks)) else None


@signal("reference.block_color")
def block_color(view: View) -> float | None:
    """1 minus the mean distance of matched blocks' mean colours, as a share of black to white."""
    return found.color if (found := view.once(_blocks)) else None


@signal("reference.ms_ssim")
def ms_ssim(view: View) -> float | None:
    """Multi-scale structural similarity of the luma (Wang, Simoncelli and Bovik 2003), both pictures at 192 by 192."""
    pair = _pair(view)
    return perceptual.multi_scale_ssim(*pair) if pair else None


@signal("reference.dhash_distance")
def dhash_distance(view: View) -> float | None:
    """Share of the 72 bits of the difference hashes (a 9 by 9 grid) in which both pictures differ."""
    if not (pair := _pair(view)):
        return None
    first, second = map(perceptual.difference_hash, pair)
    return float((first != second).mean())


@signal("reference.phash_distance")
def phash_distance(view: View) -> float | None:
    """Share of the 63 bits of the frequency hashes (DCT of a 32 by 32 grid) in which both pictures differ."""
    if not (pair := _pair(view)):
        return None
    first, second = map(perceptual.frequency_hash, pair)
    return float((first != second).mean())


@signal("reference.code_tree")
def reference_code_tree(view: View) -> float | None:
    """How alike the trees of the code and of `meta.reference_code` are (pq-grams); none without a reference code."""
    given = view.triple.meta.get("reference_code")
    if view.code is None or not isinstance(given, str) or not given.strip():
        return None
    return code_tree.similarity(view.code, given, view.language)
