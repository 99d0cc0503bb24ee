"""Compiled loops over many colours. Import them where they are used: they load the compiler."""

from __future__ import annotations

from typing import Any

import numpy as np

from janus_reward.compiled import kernel

_SPREAD = 2654435761
"""Multiplies a key so that neighbours fall apart (Knuth 1973, 6.4)."""


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
def most(colors: Any, keys: Any, counts: Any) -> tuple[Any, Any]:
    """The most frequent colour, the least of several as a number of 24 bits, and how often it occurs.

    Args:
        colors: (n, 3) uint8.
        keys: (m,) int32 of -1, a table of colours; m a power of two above n.
        counts: (m,) int32 of 0.
    """
    mask = len(keys) - 1
    winner, top, before, place = np.int64(-1), np.int64(0), np.int64(-1), np.int64(0)
    for at in range(len(colors)):
        color = np.int64(colors[at, 0]) << 16 | np.int64(colors[at, 1]) << 8 | np.int64(colors[at, 2])
        if color != before:
            before, place = color, (color * _SPREAD >> 12) & mask
            while keys[place] >= 0 and keys[place] != color:
                place = (place + 1) & mask
            keys[place] = color
        counts[place] += 1
        if counts[place] > top or (counts[place] == top and color < winner):
            winner, top = color, counts[place]
    return winner, top


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


@kernel
def _hue_and_saturation(red: int, green: int, blue: int) -> tuple[int, int]:
    """Hue and saturation in 0-255 as Pillow rounds them (`rgb2hsv_row`), after Python's `colorsys`."""
    high, low = max(red, green, blue), min(red, green, blue)
    if high == low:
        return 0, 0
    spread = np.float32(high - low)
    reds, greens, blues = (
        np.float32(high - red) / spread,
        np.float32(high - green) / spread,
        np.float32(high - blue) / spread,
    )
    if red == high:
        hue = blues - greens
    elif green == high:
        hue = np.float32(2.0 + reds - blues)
    else:
        hue = np.float32(4.0 + greens - reds)
    turned = np.float32((hue / 6.0 + 1.0) % 1.0)
    return int(turned * 255.0), int((spread / np.float32(high)) * 255.0)


@kernel
def warmth(colors: Any) -> tuple[int, int]:
    """Sum of the saturations (0-255) of (n, 3) uint8 colours, and how many are a strong red to orange."""
    total, warm, saturation, strong = 0, 0, 0, 0
    before = np.array([-1, -1, -1])
    for at in range(len(colors)):
        red, green, blue = np.int64(colors[at, 0]), np.int64(colors[at, 1]), np.int64(colors[at, 2])
        if red != before[0] or green != before[1] or blue != before[2]:  # most pixels are as the one before
            before[0], before[1], before[2] = red, green, blue
            hue, saturation = _hue_and_saturation(red, green, blue)
            strong = int(saturation > 76 and max(red, green, blue) > 76 and (hue < 31 or hue > 234))
        total += saturation
        warm += strong
    return total, warm


@kernel
def opponents(colors: Any) -> tuple[Any, Any, Any, Any]:
    """Sums over (n, 3) uint8 colours of red minus green and its square, and of red + green - 2 blue and its square."""
    red_green, red_greens, yellow_blue, yellow_blues = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for at in range(len(colors)):
        red, green, blue = np.int32(colors[at, 0]), np.int32(colors[at, 1]), np.int32(colors[at, 2])
        one, other = red - green, red + green - 2 * blue
        red_green += one
        red_greens += one * one
        yellow_blue += other
        yellow_blues += other * other
    return red_green, red_greens, yellow_blue, yellow_blues
