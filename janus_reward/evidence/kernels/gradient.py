"""The gradient of a picture: two separable filters of 17 weights, a row at a time; and its length along the axes.

What is added to what in which order is as in scipy's `correlate1d`, so that the values are the same to the last bit:
the neighbours of both sides first, the farthest pair first, in 64 bits, rounded to 32 between columns and rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from janus_reward.compiled import kernel


@kernel
def _downwards(luma: Any, row: int, slope: Any, smooth: Any, change: Any, level: Any) -> None:
    """One row filtered along the columns, which go on mirrored: its slope into `change`, smoothed into `level`."""
    last, reach = luma.shape[0] - 1, len(slope) // 2
    for column in range(luma.shape[1]):
        change[column] = luma[row, column] * slope[reach]
        level[column] = luma[row, column] * smooth[reach]
    for step in range(reach, 0, -1):
        above = luma[row - step if row >= step else step - row - 1]
        below = luma[row + step if row + step <= last else 2 * last + 1 - row - step]
        for column in range(luma.shape[1]):
            high, low = np.float64(above[column]), np.float64(below[column])
            change[column] += (high - low) * slope[reach - step]
            level[column] += (high + low) * smooth[reach - step]


@kernel
def _sideways(row: Any, weights: Any, sign: float, wide: Any, out: Any) -> None:
    """A row, rounded to 32 bits and mirrored at its ends, filtered into `out`.

    Args:
        row: (w,) float64, overwritten.
        weights: an odd number of them.
        sign: 1 where the weights are symmetric, -1 where they are antisymmetric.
        wide: room for the row and both ends.
        out: (w,) float32, written.
    """
    width, reach = len(row), len(weights) // 2
    for column in range(width):
        wide[reach + column] = np.float32(row[column])
    for step in range(reach):
        wide[reach - 1 - step] = wide[reach + step]
        wide[reach + width + step] = wide[reach + width - 1 - step]
    middle = wide[reach : reach + width]
    for column in range(width):
        row[column] = middle[column] * weights[reach]
    for step in range(reach, 0, -1):
        left, right = wide[reach - step : reach - step + width], wide[reach + step : reach + step + width]
        weight = weights[reach - step]
        for column in range(width):
            row[column] += (left[column] + sign * right[column]) * weight
    for column in range(width):
        out[column] = row[column]


@kernel
def both(luma: Any, smooth: Any, slope: Any, down: Any, across: Any) -> None:
    """The change downwards and to the right.

    Args:
        luma: (h, w) float32, h and w at least the number of weights.
        smooth: an odd number of symmetric weights.
        slope: as many antisymmetric ones.
        down: (h, w) float32, written.
        across: the same.
    """
    height, width = luma.shape
    change, level, wide = np.empty(width), np.empty(width), np.empty(width + len(smooth))
    for row in range(height):
        _downwards(luma, row, slope, smooth, change, level)
        _sideways(change, smooth, 1.0, wide, down[row])
        _sideways(level, slope, -1.0, wide, across[row])


@kernel
def along_axes(down: Any, across: Any, least: float, tangent: float) -> tuple[float, float]:
    """Sum of the lengths of the gradients from `least` on: of those near an axis, and of all.

    Args:
        down: (h, w) float32, the gradient downwards.
        across: (h, w) float32, the gradient to the right.
        least: length from which a gradient counts.
        tangent: of the angle to an axis up to which it counts as near.
    """
    near, whole = 0.0, 0.0
    bound = least * least * 0.999
    for row in range(down.shape[0]):
        for column in range(down.shape[1]):
            one, other = np.float64(down[row, column]), np.float64(across[row, column])
            square = one * one + other * other
            if square < bound:
                continue
            length = np.sqrt(square)
            if length < least:
                continue
            whole += length
            one, other = abs(one), abs(other)
            if min(one, other) <= max(one, other) * tangent:
                near += length
    return near, whole
