"""Colours as people name them: CSS names, basic names, perceptual distance."""

from __future__ import annotations

import colorsys
import math
import re

from PIL import ImageColor

from janus_reward.colors import RGB

BASIC = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "brown", "black", "white", "gray")
"""Names that stand for a whole family of colours."""

_ALIASES = {"grey": "gray", "violet": "purple", "teal": "cyan", "turquoise": "cyan", "maroon": "brown", "navy": "blue"}
_ALIASES |= {
    "magenta": "pink",
    "gold": "yellow",
    "golden": "yellow",
    "olive": "green",
    "lime": "green",
    "indigo": "purple",
}
_ALIASES |= {
    "crimson": "red",
    "beige": "yellow",
    "silver": "gray",
    "salmon": "pink",
    "coral": "orange",
    "lavender": "purple",
}
SHADES: tuple[str, ...] = ("light", "dark", "medium", "pale", "deep", "bright", "sky", "steel", "royal", "forest")
SHADES += ("hot", "lawn", "sea", "slate", "midnight", "dodger")
"""Words that make a CSS colour of a basic one: `steelblue`, `hotpink`."""

_PLAIN = "|".join((*BASIC, *_ALIASES))
COLOR_NAME = re.compile(rf"(?<![\w-])(?:(?P<shade>{'|'.join(SHADES)})[ -]?)?(?P<name>{_PLAIN})(?![\w])", re.IGNORECASE)
"""A colour named in prose. Rarer CSS names (`tan`, `snow`, `wheat`) too often mean other things."""

HEX_COLOR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?![0-9a-fA-F\w])")


def parse(text: str) -> RGB | None:
    """Read the RGB of `#rgb`, `#rrggbb` or a CSS name; `None` for anything else."""
    try:
        red, green, blue = ImageColor.getrgb(text.strip().lower())[:3]
    except ValueError:
        return None
    return red, green, blue


def canonical(name: str) -> str:
    """Name the basic colour that a colour word belongs to: `navy` is a `blue`, `grey` is `gray`."""
    lowered = name.lower()
    return _ALIASES.get(lowered, lowered)


def basic_names(color: RGB) -> frozenset[str]:
    """Name the basic colours that most people would accept for a colour (one, or two near a boundary)."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in color))
    chroma = (max(color) - min(color)) / 255
    if chroma < 0.12:
        return _grays(lightness)
    degrees = hue * 360
    names = {name for name, low, high in _HUES if low <= degrees <= high}
    if 10 <= degrees <= 50 and lightness < 0.5:
        names.add("brown")
    if lightness > 0.65 and (degrees >= 270 or degrees <= 20):
        names.add("pink")
    if lightness < 0.12:
        names.add("black")
    if lightness > 0.93:
        names.add("white")
    if saturation < 0.2:
        names.add("gray")
    return frozenset(names)


_HUES = (
    ("red", 0, 20),
    ("red", 338, 360),
    ("orange", 12, 48),
    ("yellow", 40, 72),
    ("green", 65, 175),
    ("cyan", 155, 205),
    ("blue", 185, 265),
    ("purple", 245, 325),
    ("pink", 295, 355),
)


def _grays(lightness: float) -> frozenset[str]:
    names = {"gray"} if 0.15 < lightness < 0.97 else set()
    if lightness < 0.25:
        names.add("black")
    if lightness > 0.88:
        names.add("white")
    return frozenset(names)


def lab(color: RGB) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of an sRGB colour."""
    red, green, blue = (_linear(channel) for channel in color)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (_cube_root(value) for value in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(first: RGB, second: RGB) -> float:
    """CIE76 colour difference; about 2 is just noticeable."""
    return math.dist(lab(first), lab(second))


def contrast_ratio(first: RGB, second: RGB) -> float:
    """WCAG 2.1 contrast ratio, 1 to 21."""
    lighter, darker = sorted((_relative_luminance(first), _relative_luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _relative_luminance(color: RGB) -> float:
    red, green, blue = (_linear(channel) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: int) -> float:
    value = channel / 255
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _cube_root(value: float) -> float:
    return math.pow(value, 1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
