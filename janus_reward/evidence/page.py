"""How a page is laid out and whether it works: boxes, type, contrast, links, handlers, and what its controls did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from janus_reward.evidence import page_parts
from janus_reward.evidence.pageboxes import (
    PageBox,
    balance,
    boxes,
    canvas,
    count,
    distinct_lines,
    fact,
    filled,
    share,
    shared_edges,
    written,
)
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

__all__ = ["page_parts"]

_SMALL_PX = 12.0


@signal("page.contents", unit="count", high=600)
def content_count(view: View) -> float | None:
    """Texts, controls and media of a page that can be seen (at most 600 boxes are read)."""
    return None if view.once(boxes) is None else float(len(view.once(filled)))


@signal("page.overflow_share")
def overflow_share(view: View) -> float | None:
    """How far a page runs over its width, as a share of the width of the whole."""
    over, size = count(fact(view, "overflow", Mapping), "x"), canvas(view)
    return None if over is None or size is None else over / (over + size[0])


@signal("page.overlap_share")
def overlap_share(view: View) -> float | None:
    """Share of the texts and controls that lie over another one that is no ancestor."""
    return share(view, "overlaps", "overlapping", "compared")


@signal("page.offscreen_share")
def offscreen_share(view: View) -> float | None:
    """Share of the texts, controls and media whose centre lies beside the page or above it."""
    return share(view, "offscreen", "outside", "elements")


@signal("page.clipped_share")
def clipped_share(view: View) -> float | None:
    """Share of the blocks of text that are cut off and cannot be scrolled to."""
    return share(view, "clipping", "clipped", "texts")


@signal("page.low_contrast_share")
def low_contrast_share(view: View) -> float | None:
    """Share of the characters below the contrast of WCAG 2.1 AA (4.5, large text 3) to their effective background."""
    known = [box for box in view.once(written) if box.contrast is not None]
    total = sum(box.chars for box in known)
    if not total:
        return None
    return sum(box.chars for box in known if _unreadable(box)) / total


def _unreadable(box: PageBox) -> bool:
    return box.contrast is not None and box.contrast < box.least_contrast - 0.005


@signal("page.contrast_least", unit="ratio", low=1.0, high=21.0)
def contrast_least(view: View) -> float | None:
    """Smallest WCAG contrast ratio of a text to its effective background."""
    return min((box.contrast for box in view.once(written) if box.contrast is not None), default=None)


@signal("page.font_sizes", unit="count", high=600)
def font_sizes(view: View) -> float | None:
    """Different font sizes, in whole pixels."""
    sizes = {round(box.size) for box in view.once(written) if box.size is not None}
    return float(len(sizes)) if sizes else None


@signal("page.font_smallest", unit="px", high=1e7)
def font_smallest(view: View) -> float | None:
    """Smallest font size of a text."""
    return min((box.size for box in view.once(written) if box.size and box.size >= 0), default=None)


@signal("page.small_text_share")
def small_text_share(view: View) -> float | None:
    """Share of the characters smaller than 12 px."""
    known = [(box.size, box.chars) for box in view.once(written) if box.size is not None]
    total = sum(chars for _, chars in known)
    return sum(chars for size, chars in known if size < _SMALL_PX) / total if total else None


@signal("page.font_families", unit="count", high=600)
def font_families(view: View) -> float | None:
    """Different font families asked for first."""
    families = {box.family.lower() for box in view.once(written) if box.family}
    return float(len(families)) if families else None


@signal("page.text_colors", unit="count", high=300)
def text_colors(view: View) -> float | None:
    """Different colours of texts (at most 300 texts)."""
    found = {text.color for text in (view.texts or ())[:300] if text.color}
    return float(len(found)) if found and fact(view, "boxes", list) is not None else None


@signal("page.size_contrast", unit="ratio", low=1.0, high=1e4)
def size_contrast(view: View) -> float | None:
    """Largest font size over the one that most characters have: a visual hierarchy of type."""
    sizes: Counter[int] = Counter()
    for box in view.once(written):
        if box.size and box.size >= 1:
            sizes[round(box.size)] += box.chars
    if not sizes:
        return None
    usual = min(size for size, chars in sizes.items() if chars == max(sizes.values()))
    return min(1e4, max(sizes) / usual)


@signal("page.aligned_x")
def aligned_x(view: View) -> float | None:
    """Share of the boxes whose left, right or centre line, whichever fits best, another box has too (within 2 px).

    After the grid and alignment measures of Miniukovich and De Angeli (2015), "Computation of interface aesthetics".
    """
    return shared_edges(view.once(filled), 0)


@signal("page.aligned_y")
def aligned_y(view: View) -> float | None:
    """Share of the boxes whose top, bottom or middle line, whichever fits best, another box has too (within 2 px)."""
    return shared_edges(view.once(filled), 1)


@signal("page.left_lines")
def left_lines(view: View) -> float | None:
    """Different left edges for each box: near 0 on a strict grid, 1 where no two boxes share one.

    Regularity by alignment points, Ngo, Teo and Byrne (2003), "Modelling interface aesthetics".
    """
    found = view.once(filled)
    return distinct_lines([box.box[0] for box in found]) / len(found) if len(found) >= 3 else None


@signal("page.balance_x")
def balance_x(view: View) -> float | None:
    """Likeness of the weights of the content left and right of the middle (balance of Ngo, Teo and Byrne 2003)."""
    size = canvas(view)
    return balance(view.once(filled), size, 0) if size else None


@signal("page.covered_share")
def covered_share(view: View) -> float | None:
    """Share of the page, at 64 by 64 cells, that texts, controls and media take up; the rest is white space."""
    size = canvas(view)
    if size is None or view.once(boxes) is None:
        return None
    side, (width, height) = 64, size
    cells = bytearray(side * side)
    for box in view.once(filled):
        x0, x1 = (min(side, max(0, round(x / width * side))) for x in (box.box[0], box.box[2]))
        for row in range(*(min(side, max(0, round(y / height * side))) for y in (box.box[1], box.box[3]))):
            cells[row * side + x0 : row * side + x1] = b"\1" * (x1 - x0)
    return sum(cells) / (side * side)


@signal("page.height", unit="widths", high=1e7)
def height(view: View) -> float | None:
    """Height of the page in units of its width; a very tall or an almost empty page has a strange one."""
    size = canvas(view)
    return size[1] / size[0] if size and fact(view, "boxes", list) is not None else None
