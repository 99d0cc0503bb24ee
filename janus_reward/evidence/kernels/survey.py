"""Passes over a picture of survey size, and to that size: blocks, steps, words, detail, mirror, rules, cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from janus_reward.compiled import kernel

_SEVEN = np.uint32(0x7F7F7F7F)
_ONE = np.uint32(1)
_FOUR = np.float32(4)
_BLOCK = 16


@kernel
def averaged(pixels: Any, columns: Any, rows: Any, pair: Any, out: Any) -> None:
    """A picture made smaller: the mean of two columns, then of two rows, each time rounded up to bytes.

    Four bytes are averaged at once: the bits that both have, and half of those that one has. One with itself stays.

    Args:
        pixels: (h, w) uint32, four bytes a pixel.
        columns: (2, n) the two columns of each place of `out`; the same twice where it is only one.
        rows: (2, m) the two rows.
        pair: (2, n) uint32, room.
        out: (m, n, 3) uint8, written: the first three bytes of each.
    """
    for at in range(out.shape[0]):
        for part in range(2):
            line, half = pixels[rows[part, at]], pair[part]
            if part == 1 and rows[0, at] == rows[1, at]:
                half[:] = pair[0]
                break
            for place in range(out.shape[1]):
                left, right = line[columns[0, place]], line[columns[1, place]]
                half[place] = (left | right) - (((left ^ right) >> _ONE) & _SEVEN)
        upper, lower, mean = pair[0], pair[1], out[at]
        for place in range(out.shape[1]):
            four = (upper[place] | lower[place]) - (((upper[place] ^ lower[place]) >> _ONE) & _SEVEN)
            mean[place, 0], mean[place, 1], mean[place, 2] = four & 255, (four >> 8) & 255, (four >> 16) & 255


@kernel
def blocks(codes: Any, luma: Any, distinct: Any, most: Any, spread: Any) -> None:
    """Of each block of 16 by 16: its distinct colours, how often the most frequent occurs, the deviation of its luma.

    Args:
        codes: (h, w) uint16 below 4096.
        luma: (h, w) float32.
        distinct: (h // 16, w // 16) int64, written.
        most: (h // 16, w // 16) int64, written.
        spread: (h // 16, w // 16) float64, written.
    """
    counts = np.zeros(4096, np.int64)
    for down in range(distinct.shape[0]):
        for across in range(distinct.shape[1]):
            seen, top, total, squares = 0, 0, 0.0, 0.0
            for row in range(down * _BLOCK, (down + 1) * _BLOCK):
                for column in range(across * _BLOCK, (across + 1) * _BLOCK):
                    code, value = codes[row, column], np.float64(luma[row, column])
                    counts[code] += 1
                    seen += counts[code] == 1
                    top = max(top, counts[code])
                    total += value
                    squares += value * value
            for row in range(down * _BLOCK, (down + 1) * _BLOCK):
                for column in range(across * _BLOCK, (across + 1) * _BLOCK):
                    counts[codes[row, column]] = 0
            mean = total / (_BLOCK * _BLOCK)
            distinct[down, across], most[down, across] = seen, top
            spread[down, across] = np.sqrt(max(0.0, squares / (_BLOCK * _BLOCK) - mean * mean))


@kernel
def edges(luma: Any, by: float, out: Any) -> None:
    """Where luma changes by more than `by` to the right or downwards.

    Args:
        luma: (h, w) float32.
        by: of 255.
        out: (h - 1, w - 1) bool, written.
    """
    for row in range(out.shape[0]):
        line, below, found = luma[row], luma[row + 1], out[row]
        for column in range(out.shape[1]):
            here = line[column]
            found[column] = (abs(line[column + 1] - here) > by) | (abs(below[column] - here) > by)


@kernel
def steps(luma: Any) -> tuple[int, int]:
    """Steps of luma (h, w) to the next pixel on the right: soft ones (above 2, at most 20) and hard ones (above 32)."""
    soft, hard = 0, 0
    for row in range(luma.shape[0]):
        line = luma[row]
        for column in range(luma.shape[1] - 1):
            step = abs(line[column + 1] - line[column])
            soft += (step > 2) & (step <= 20)
            hard += step > 32
    return soft, hard


@kernel
def worded(luma: Any, stroke: float, window: int, least: int, gap: int, out: Any) -> None:
    """Where the strokes of a row lie as close as those of words, gaps closed.

    The window sees the row mirrored beyond its ends; closing (a maximum, then a minimum) sees nothing there.

    Args:
        luma: (h, w) float32, w above the window.
        stroke: least step to the next pixel on the right that counts.
        window: odd, pixels around a place; `least` strokes in it make it dense.
        least: strokes.
        gap: odd, pixels of the closing.
        out: (h, w - 1) bool, written.
    """
    width, half, reach = out.shape[1], window // 2, gap // 2
    strokes = np.zeros(width + 2 * half, np.int64)
    dense, grown = np.zeros(width + 1, np.int64), np.zeros(width + 1, np.int64)
    for row in range(len(luma)):
        line, found = luma[row], 0
        for at in range(width):
            step = abs(line[at + 1] - line[at]) > stroke
            strokes[half + at] = step
            found += step
        out[row] = False
        if found == 0:
            continue
        for at in range(half):
            strokes[half - 1 - at] = strokes[half + at]
            strokes[half + width + at] = strokes[half + width - 1 - at]
        inside = strokes[: window - 1].sum()
        for at in range(width):
            inside += strokes[at + window - 1]
            dense[at + 1] = dense[at] + (inside >= least)
            inside -= strokes[at]
        for at in range(width):
            near = dense[min(width, at + reach + 1)] - dense[max(0, at - reach)]
            grown[at + 1] = grown[at] + (near > 0)
        for at in range(reach, width - reach):
            out[row, at] = grown[at + reach + 1] - grown[at - reach] == gap


@kernel
def mirrored(luma: Any) -> Any:
    """Mean distance of luma (h, w) from itself mirrored left to right."""
    height, width = luma.shape
    sums = np.zeros(width)
    for row in range(height):
        line = luma[row]
        for column in range(width):
            sums[column] += abs(line[column] - line[width - 1 - column])
    return sums.sum() / (height * width)


@kernel
def laplacian_variance(luma: Any) -> Any:
    """Variance of the Laplacian (four neighbours) of luma (h, w), borders left out."""
    height, width = luma.shape[0] - 2, luma.shape[1] - 2
    sums, squares = np.zeros(width), np.zeros(width)
    for row in range(1, height + 1):
        above, line, below = luma[row - 1], luma[row], luma[row + 1]
        for at in range(width):
            around = above[at + 1] + below[at + 1] + line[at] + line[at + 2]
            value = np.float64(around - _FOUR * line[at + 1])
            sums[at] += value
            squares[at] += value * value
    count = height * width
    return max(0.0, squares.sum() / count - (sums.sum() / count) ** 2)


@kernel
def ruled(luma: Any, step: float, width: int, least: int) -> int:
    """Places where at least `least` of the next `width` pixels of a row differ by more than `step` from those below.

    Args:
        luma: (h, w) float32, w at least `width`.
        step: of 255.
        width: pixels.
        least: pixels.
    """
    found = 0
    edge = np.zeros(luma.shape[1], np.int64)
    for row in range(luma.shape[0] - 1):
        upper, lower = luma[row], luma[row + 1]
        total = 0
        for column in range(luma.shape[1]):
            edge[column] = abs(lower[column] - upper[column]) > step
            total += edge[column]
        if total < least:
            continue
        inside = edge[:width].sum()
        found += inside >= least
        for column in range(width, luma.shape[1]):
            inside += edge[column] - edge[column - width]
            found += inside >= least
    return found


@kernel
def cells(luma: Any, rows: Any, columns: Any, sums: Any, squares: Any) -> None:
    """Sums of luma and of its squares between cuts.

    Args:
        luma: (h, w) float32.
        rows: (n + 1,) cuts, from 0 to h.
        columns: (n + 1,) cuts, from 0 to w.
        sums: (n, n) float64, written.
        squares: (n, n) float64, written.
    """
    plain, squared = np.empty(luma.shape[1]), np.empty(luma.shape[1])
    for down in range(len(rows) - 1):
        plain[:], squared[:] = 0.0, 0.0
        for row in range(rows[down], rows[down + 1]):
            line = luma[row]
            for column in range(len(line)):
                value = np.float64(line[column])
                plain[column] += value
                squared[column] += value * value
        for across in range(len(columns) - 1):
            sums[down, across] = plain[columns[across] : columns[across + 1]].sum()
            squares[down, across] = squared[columns[across] : columns[across + 1]].sum()
