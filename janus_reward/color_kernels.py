"""Compiled loops over many colours. Import them where they are used: they load the compiler."""

from __future__ import annotations

from typing import Any

import numpy as np

from janus_reward.compiled import kernel


@kernel
def coarse(colors: Any, out: Any) -> None:
    """(n, 3) uint8 colours to (n,) uint16 codes of 4 bits a channel."""
    for at in range(len(colors)):
        red, green, blue = np.uint16(colors[at, 0]), np.uint16(colors[at, 1]), np.uint16(colors[at, 2])
        out[at] = (red & 0xF0) << 4 | (green & 0xF0) | blue >> 4


@kernel
def counted(codes: Any) -> Any:
    """(4096,) how often each code below 4096 occurs among (n,)."""
    counts = np.zeros((2, 4096), np.int64)
    for at in range(0, len(codes) - 1, 2):  # two tables, so that runs of one code do not wait for each other
        counts[0, codes[at]] += 1
        counts[1, codes[at + 1]] += 1
    if len(codes) % 2:
        counts[0, codes[-1]] += 1
    return counts[0] + counts[1]


@kernel
def equal(colors: Any, color: Any) -> int:
    """How many of (n, 3) colours are exactly one colour."""
    red, green, blue = color[0], color[1], color[2]
    found = 0
    for at in range(len(colors)):
        found += (colors[at, 0] == red) & (colors[at, 1] == green) & (colors[at, 2] == blue)
    return found


@kernel
def outside(pixels: Any, low: Any, high: Any) -> int:
    """How many pixels are below `low` or above `high` in some channel: byte by byte first, then four at once.

    Args:
        pixels: (h, 4 w) uint8.
        low: (4 w,) uint8, the least bytes of a row.
        high: (4 w,) uint8, the greatest.
    """
    beyond = np.empty(pixels.shape[1], np.uint8)
    some = beyond.view(np.uint32)
    found = 0
    for row in range(pixels.shape[0]):
        line = pixels[row]
        for at in range(len(line)):
            beyond[at] = (line[at] < low[at]) | (line[at] > high[at])
        for at in range(len(some)):
            found += some[at] != 0
    return found
