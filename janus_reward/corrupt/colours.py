"""Colours as text: find them, turn them into other ones."""

from __future__ import annotations

import colorsys
import re

NAMED = {
    "red": "#d62728",
    "green": "#2ca02c",
    "blue": "#1f77b4",
    "orange": "#ff7f0e",
    "purple": "#9467bd",
    "yellow": "#e8c547",
    "pink": "#e377c2",
    "brown": "#8c564b",
    "teal": "#008080",
    "navy": "#000080",
    "steelblue": "#4682b4",
    "skyblue": "#87ceeb",
    "coral": "#ff7f50",
    "gold": "#ffd700",
    "magenta": "#ff00ff",
    "cyan": "#00ffff",
    "crimson": "#dc143c",
    "tomato": "#ff6347",
    "salmon": "#fa8072",
    "indigo": "#4b0082",
    "maroon": "#800000",
    "olive": "#808000",
    "lightblue": "#add8e6",
    "lightgreen": "#90ee90",
    "darkblue": "#00008b",
    "darkgreen": "#006400",
    "white": "#ffffff",
    "black": "#000000",
    "gray": "#808080",
    "grey": "#808080",
}
NEAR_GREYS = ("#8fa3b0", "#8ea4b1", "#90a2b0", "#91a4b2", "#8fa2af", "#8da3b1")
"""Six colours that nobody can tell apart."""

_HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})")
_WORD = re.compile(r"\b(" + "|".join(NAMED) + r")\b", re.IGNORECASE)


def rgb(text: str) -> tuple[int, int, int] | None:
    """The first colour in the text as 0-255 red, green, blue."""
    if found := _HEX.search(text):
        digits = found.group()[1:]
        digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := _RGB.search(text):
        red, green, blue = (min(255, int(part)) for part in found.groups())
        return red, green, blue
    if found := _WORD.search(text):
        return rgb(NAMED[found.group().lower()])
    return None


def is_colour(text: str) -> bool:
    """Whether the whole text is one colour that this module reads."""
    text = text.strip()
    return bool(_HEX.fullmatch(text) or (_WORD.fullmatch(text)) or re.fullmatch(_RGB.pattern + r"[^)]{0,20}\)", text))


def other_hue(text: str) -> str | None:
    """A colour that anyone calls by another name; `None` when the text holds no colour."""
    known = rgb(text)
    if known is None:
        return None
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in known))
    if saturation < 0.15 or not 0.12 < light < 0.92:
        hue, light, saturation = 0.9, 0.5 if light < 0.6 else 0.7, 0.8
    else:
        hue, light = (hue + 0.42) % 1, min(max(light, 0.25), 0.72)
    return _hex(hue, light, max(saturation, 0.45))


def is_dark(text: str) -> bool | None:
    """Whether the first colour in the text is a dark ground; `None` when it holds no colour."""
    known = rgb(text)
    return None if known is None else sum(known) < 3 * 110


def _hex(hue: float, light: float, saturation: float) -> str:
    red, green, blue = (round(part * 255) for part in colorsys.hls_to_rgb(hue, light, saturation))
    return f"#{red:02x}{green:02x}{blue:02x}"
