"""The words in the picture, from its own structure (matplotlib artists, SVG text, DOM text)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from math import inf

import numpy as np
from numpy.typing import NDArray

from janus_reward.colors import RGB, most_frequent
from janus_reward.evidence import layout, palette
from janus_reward.evidence.layout import Axes, Text
from janus_reward.evidence.raster import differs
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_LABELS = frozenset({"title", "axis_label", "legend", "label", "heading", "annotation"})
_TINY_PX = 8.0
_CHECKED = 300


@signal("text.words", unit="words", high=inf)
def words(view: View) -> float | None:
    """Words shown in the picture."""
    return None if view.texts is None else sum(len(text.text.split()) for text in view.texts)


@signal("text.title", unit="yes/no")
def title(view: View) -> float | None:
    """1 if the picture has a title or a heading, 0 if it has other words or axes only; none where no role is told."""
    if not roles_told(view):
        return None
    headed = any(text.role in ("title", "heading") for text in view.texts or ())
    return float(headed or any(axes.title for axes in view.axes or ()))


def roles_told(view: View) -> bool:
    """Whether the structure tells what its texts are for (a plain SVG does not)."""
    return bool(view.axes) or any(text.role != "text" for text in view.texts or ())


@signal("text.axis_label_share")
def axis_label_share(view: View) -> float | None:
    """Share of the plotting areas with labels on both axes, of those that have axes to label (no pies, no polars)."""
    labelled = labelled_axes(view)
    return sum(labelled) / len(labelled) if labelled else None


def labelled_axes(view: View) -> list[bool]:
    """For each plotting area that should have labels, whether both are there."""
    everywhere = layout.counts_of(view.facts, "marks") or {}
    return [bool(axes.x_label and axes.y_label) for axes in view.axes or () if _has_axes(axes, everywhere)]


def _has_axes(axes: Axes, everywhere: Mapping[str, float]) -> bool:
    if axes.projection in ("polar", "geo", "mercator"):
        return False
    return not set(everywhere if axes.marks is None else axes.marks) <= {"arc", "text", "image", "group"}


@signal("text.legend", unit="yes/no")
def legend(view: View) -> float | None:
    """1 if there is a legend, 0 if several lines are drawn without one; none for one series or where unknown."""
    if has_legend(view):
        return 1.0
    series = _series(view)
    return None if series is None or series < 2 else 0.0


def has_legend(view: View) -> bool:
    """Whether the picture has a legend."""
    return any(text.role == "legend" for text in view.texts or ()) or any(axes.legend for axes in view.axes or ())


def _series(view: View) -> int | None:
    if not view.axes:
        return None
    colors = layout.strings_of(view.facts, "colors")
    counted = [axes.marks for axes in view.axes if axes.marks is not None]
    if not counted or any(marks.get("bar") or marks.get("point") for marks in counted):
        return None
    lines = max(int(marks.get("line", 0)) for marks in counted)
    return min(lines, len(colors)) if colors else lines or None


@signal("text.ticks", unit="count", high=inf)
def ticks(view: View) -> float | None:
    """Tick labels."""
    return None if view.texts is None else sum(text.role == "tick" for text in view.texts)


_DIGIT = re.compile(r"\d")


@signal("text.numbers", unit="count", high=inf)
def numbers(view: View) -> float | None:
    """Texts that hold a number."""
    return None if view.texts is None else sum(bool(_DIGIT.search(text.text)) for text in view.texts)


@signal("text.tiny_share")
def tiny_share(view: View) -> float | None:
    """Share of the texts that are less than 8 pixels high in the picture."""
    sizes = [text.size * view.scale for text in view.texts or () if text.size]
    return sum(size < _TINY_PX for size in sizes) / len(sizes) if sizes else None


@signal("text.overlap_share")
def overlap_share(view: View) -> float | None:
    """Share of the texts (at most 600) that lie over another one, tick labels included."""
    hit, compared = view.once(overlaps)
    return len(hit) / compared if compared else None


def overlaps(view: View) -> tuple[list[int], int]:
    """Positions of the texts that lie over another one, and how many were compared."""
    return layout.overlapping(view.texts or (), nested=view.language == "html")


@signal("text.outside_share")
def outside_share(view: View) -> float | None:
    """Share of the texts of which more than a tenth lies outside of the picture."""
    boxed = sum(text.box is not None for text in view.texts or ())
    if not boxed or view.canvas is None:
        return None
    return sum(1 for _ in layout.outside(view.texts or (), view.canvas)) / boxed


@signal("text.low_contrast_share")
def low_contrast_share(view: View) -> float | None:
    """Share of the texts (at most 300) whose WCAG contrast with the pixels around them is below 3."""
    checked = [ratio for _, ratio in view.once(text_contrasts)]
    return sum(ratio < 3 for ratio in checked) / len(checked) if checked else None


def text_contrasts(view: View) -> tuple[tuple[str, float], ...]:
    """List texts that have a colour and a box, with the contrast ratio to the most frequent colour around them."""
    if view.still is None or view.texts is None:
        return ()
    found = []
    for text in [text for text in view.texts if text.color and text.box][:_CHECKED]:
        around = view.still.crop(_padded(text, view.scale))
        if around.size and text.color:
            ground = _ground(around.reshape(-1, 3), text.color)
            found.append((text.text, palette.contrast_ratio(text.color, ground)))
    return tuple(found)


def _ground(around: NDArray[np.uint8], color: RGB) -> RGB:
    """Find the colour that a text stands on: the most frequent one that is not its own, if there is enough of it."""
    other = around[differs(around[None], color, 24)[0]]
    return most_frequent(other if len(other) > 0.1 * len(around) else around)[0]


def _padded(text: Text, scale: float) -> layout.Box:
    x0, y0, x1, y1 = text.box or (0, 0, 0, 0)
    return (x0 * scale - 2, y0 * scale - 2, x1 * scale + 2, y1 * scale + 2)


_DEFAULT = re.compile(
    r"[xyz][_ ]?data|unnamed.*|untitled.*|_child\d+|_nolegend_|hello,? world!?|figure ?\d*|my (?:chart|plot|graph)"
    r"|(?:series|trace|label)[ _-]?\d{0,3}|(?:data ?set|column|data|group|line|category)[ _-]?\d{1,3}"
    r"|(?:chart |plot |figure |graph )?title|[xy][- ]?(?:axis|label|axis label|values?)"
    r"|document|page|web ?page|website|[a-z]{1,20}(?:_[a-z0-9]{1,20}){1,5}",
    re.IGNORECASE,
)


@signal("text.default_label_share")
def default_label_share(view: View) -> float | None:
    """Share of titles, labels and legend entries that are left-over names (`x_data`, `Series 1`, `max_price`)."""
    labels = [text.text for text in view.texts or () if text.role in _LABELS]
    return len(default_labels(view)) / len(labels) if labels else None


def default_labels(view: View) -> tuple[str, ...]:
    """List the left-over names among titles, labels and legend entries."""
    return tuple(text.text for text in view.texts or () if text.role in _LABELS and _DEFAULT.fullmatch(text.text))


@signal("text.duplicate_share")
def duplicate_share(view: View) -> float | None:
    """Share of the texts, ticks left out, that repeat another one word for word."""
    seen = Counter(text.text for text in view.texts or () if text.role != "tick")
    total = sum(seen.values())
    return sum(count - 1 for count in seen.values()) / total if total else None
