"""Differences of colours in CIE L*a*b* (D65, 2 degrees): CIE76 and CIEDE2000."""

from __future__ import annotations

import math

RGB = tuple[int, int, int]
Lab = tuple[float, float, float]

_XYZ = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
_WHITE = (0.95047, 1.0, 1.08883)
_FAR = 25.0**7


def lab(color: RGB) -> Lab:
    """L*a*b* of an sRGB colour, 0 to 255 a channel (IEC 61966-2-1; CIE 15:2004)."""
    linear = [_linear(channel / 255) for channel in color]
    x, y, z = (
        _root(sum(weight * value for weight, value in zip(row, linear, strict=True)) / white)
        for row, white in zip(_XYZ, _WHITE, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def cie76(first: Lab, second: Lab) -> float:
    """Euclidean distance (CIE 1976)."""
    return math.dist(first, second)


def ciede2000(first: Lab, second: Lab) -> float:
    """CIEDE2000 with unit weights, as Sharma, Wu and Dalal (2005) write it down."""
    chroma_of_both = (math.hypot(*first[1:]) + math.hypot(*second[1:])) / 2
    stretch = 1.5 - 0.5 * math.sqrt(chroma_of_both**7 / (chroma_of_both**7 + _FAR))
    (chroma_1, hue_1), (chroma_2, hue_2) = (_polar(stretch * a, b) for _, a, b in (first, second))
    lightness, chroma = (first[0] + second[0]) / 2, (chroma_1 + chroma_2) / 2
    turn, hue = _hues(hue_1, hue_2, flat=chroma_1 * chroma_2 == 0)
    by_lightness = (second[0] - first[0]) / _lightness_weight(lightness)
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    by_hue = 2 * math.sqrt(chroma_1 * chroma_2) * math.sin(math.radians(turn / 2)) / _hue_weight(chroma, hue)
    square = by_lightness**2 + by_chroma**2 + by_hue**2 + _rotation(chroma, hue) * by_chroma * by_hue
    return math.sqrt(max(0.0, square))


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _root(value: float) -> float:
    return math.cbrt(value) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116


def _polar(a: float, b: float) -> tuple[float, float]:
    """Chroma, and hue in degrees from 0 to 360."""
    return math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360 if a or b else 0.0


def _hues(first: float, second: float, *, flat: bool) -> tuple[float, float]:
    """The turn from the first hue to the second, and the mean hue, in degrees; `flat`: one of them is a grey."""
    if flat:
        return 0.0, first + second
    turn = second - first
    if abs(turn) <= 180:
        return turn, (first + second) / 2
    mean = (first + second + (360 if first + second < 360 else -360)) / 2
    return turn - math.copysign(360, turn), mean


def _lightness_weight(lightness: float) -> float:
    square = (lightness - 50) ** 2
    return 1 + 0.015 * square / math.sqrt(20 + square)


def _hue_weight(chroma: float, hue: float) -> float:
    terms = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    return 1 + 0.015 * chroma * (1 + sum(f * math.cos(math.radians(n * hue + shift)) for f, n, shift in terms))


def _rotation(chroma: float, hue: float) -> float:
    angle = 30 * math.exp(-(((hue - 275) / 25) ** 2))
    return -2 * math.sqrt(chroma**7 / (chroma**7 + _FAR)) * math.sin(math.radians(2 * angle))
