"""Blocks of two pictures matched with each other: how much of a layout is there, where, how large, in which colour.

After the block matching of Design2Code (Si et al. 2024, section 4), which finds blocks by their text in the DOM; here
a reference is only pixels, so blocks are connected groups of edges and are matched by place, size and colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, optimize

from janus_reward.evidence.raster import Raster

_BLOCKS = 150
_SIDE = 320
_GAP_X, _GAP_Y = 4, 2
_LINE = 8
_FARTHEST = 0.25
_LEAST_ALIKE = 0.35

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Blocks:
    """The largest blocks of a picture.

    Args:
        boxes: (n, 4) x0, y0, x1, y1 as shares of the picture's width and height.
        colors: (n, 3) mean colour, 0 to 1.
    """

    boxes: Floats
    colors: Floats

    @property
    def areas(self) -> Floats:
        """(n,) shares of the picture."""
        found: Floats = (self.boxes[:, 2] - self.boxes[:, 0]) * (self.boxes[:, 3] - self.boxes[:, 1])
        return found


@dataclass(frozen=True, slots=True)
class Match:
    """How two pictures agree block by block, each 0 to 1; all but `area` are means over the matched pairs.

    Args:
        area: area of the matched blocks divided by the area of all, both pictures together.
        position: 1 minus the larger of both distances of the middles.
        size: smaller area divided by larger one.
        color: 1 minus the distance of the mean colours.
    """

    area: float
    position: float | None
    size: float | None
    color: float | None


def segment(picture: Raster) -> Blocks:
    """Find the blocks of a picture: edges closer than about a word's gap belong together."""
    step = max(1, round(max(picture.edges.shape) / _SIDE))
    edges = _shrunk(picture.edges, step)
    edges &= ~_long_lines(edges)
    joined = ndimage.maximum_filter(edges.astype(np.uint8), size=(2 * _GAP_Y + 1, 2 * _GAP_X + 1), mode="constant")
    labels, count = ndimage.label(joined)
    if not count:
        return Blocks(np.zeros((0, 4)), np.zeros((0, 3)))
    slices = ndimage.find_objects(labels)
    height, width = labels.shape
    boxes = np.array([(s[1].start / width, s[0].start / height, s[1].stop / width, s[0].stop / height) for s in slices])
    order = np.argsort(-_area(boxes), kind="stable")[:_BLOCKS]
    return Blocks(boxes[order], _colors(picture, labels, count, step)[order])


def _shrunk(edges: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """Whether any edge lies in a cell of `step` by `step`."""
    height, width = (max(1, side // step) for side in edges.shape)
    if step == 1 or min(edges.shape) < step:
        return edges.copy()
    cells = edges[: height * step, : width * step].reshape(height, step, width, step)
    return np.asarray(cells.any(axis=(1, 3)), dtype=np.bool_)


def _long_lines(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Frames, axes and grid lines: straight runs longer than an eighth of the side, which would join what they hold."""
    found = np.zeros_like(edges)
    marks = edges.astype(np.uint8)
    for axis in (0, 1):
        length = max(3, edges.shape[axis] // _LINE | 1)
        eroded = ndimage.minimum_filter1d(marks, length, axis=axis, mode="constant")
        found |= ndimage.maximum_filter1d(eroded, length, axis=axis, mode="constant") > 0
    return found


def _area(boxes: Floats) -> Floats:
    found: Floats = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return found


def _colors(picture: Raster, labels: NDArray[np.int32], count: int, step: int) -> Floats:
    """(count, 3) mean colour of each label."""
    small = picture.pixels[::step, ::step][: labels.shape[0], : labels.shape[1]]
    fitting = labels[: small.shape[0], : small.shape[1]].ravel()
    inside = np.flatnonzero(fitting)
    colors, fitting = small.reshape(-1, 3)[inside], fitting[inside]
    sizes = np.maximum(np.bincount(fitting, minlength=count + 1), 1)
    sums = [np.bincount(fitting, weights=colors[:, k], minlength=count + 1) for k in range(3)]
    means: Floats = (np.stack(sums, axis=1) / sizes[:, None])[1:] / 255
    return means


def match(first: Blocks, second: Blocks) -> Match | None:
    """Pair the blocks so that all pairs together are most alike (Hungarian assignment); `None` when both have none."""
    total = float(first.areas.sum() + second.areas.sum())
    if total <= 0:
        return None
    if not len(first.boxes) or not len(second.boxes):
        return Match(0.0, None, None, None)
    position, size, color = _position(first, second), _size(first, second), _color(first, second)
    alike = np.where(position > 1 - _FARTHEST, position * np.sqrt(size) * color, 0.0)
    rows, columns = optimize.linear_sum_assignment(-alike)
    kept = alike[rows, columns] >= _LEAST_ALIKE
    rows, columns = rows[kept], columns[kept]
    matched = float(first.areas[rows].sum() + second.areas[columns].sum())
    if not len(rows):
        return Match(0.0, None, None, None)
    means = [float(np.clip(values[rows, columns].mean(), 0, 1)) for values in (position, size, color)]
    return Match(min(1.0, matched / total), *means)


def _position(first: Blocks, second: Blocks) -> Floats:
    middles = [(blocks.boxes[:, :2] + blocks.boxes[:, 2:]) / 2 for blocks in (first, second)]
    found: Floats = 1 - np.abs(middles[0][:, None] - middles[1][None]).max(axis=2)
    return found


def _size(first: Blocks, second: Blocks) -> Floats:
    one, other = first.areas[:, None], second.areas[None]
    found: Floats = np.minimum(one, other) / np.maximum(np.maximum(one, other), 1e-12)
    return found


def _color(first: Blocks, second: Blocks) -> Floats:
    found: Floats = 1 - np.linalg.norm(first.colors[:, None] - second.colors[None], axis=2) / np.sqrt(3)
    return found
