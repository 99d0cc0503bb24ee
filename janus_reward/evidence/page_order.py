"""Whether the parts of a page stand in order, and what lies over them. Signals of `page` and `alignment`."""

from __future__ import annotations

from itertools import combinations

from janus_reward.evidence.pageboxes import PageBox, boxes, canvas, filled
from janus_reward.evidence.plots import area, shared_area
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_LEAST_COVER = 0.01
_QUOTES = 30


@signal("page.buried_share")
def buried_share(view: View) -> float | None:
    """Share of the texts, controls and media (by area) that an empty painted box which comes later lies over."""
    found, size = view.once(boxes), canvas(view)
    content = view.once(filled)
    if found is None or size is None or not content:
        return None
    parents = {box.parent for box in found}
    least = _LEAST_COVER * size[0] * size[1]
    covers = [box for box in found if box.kind == "box" and box.at not in parents and box.area > least]
    whole = sum(box.area for box in content)
    lost = sum(max((_over(cover, box) for cover in covers), default=0.0) for box in content)
    return min(1.0, lost / whole) if whole > 0 else None


def _over(cover: PageBox, box: PageBox) -> float:
    return shared_area(cover.box, box.box) if cover.at > box.at and cover.parent != box.at else 0.0


@signal("page.landmarks_misplaced", unit="yes/no")
def landmarks_misplaced(view: View) -> float | None:
    """1 if a footer stands above most of the content, or the header or first heading below it; none without them."""
    content = view.once(filled)
    ends = [box for box in view.once(boxes) or () if box.tag in ("header", "footer", "h1")]
    firsts = {box.tag: box for box in reversed(ends)}
    if len(content) < 4 or not firsts:
        return None
    return float(any(_misplaced(box, content) for box in firsts.values()))


def _misplaced(end: PageBox, content: tuple[PageBox, ...]) -> bool:
    """Whether an end of the page stands at the other end: most of the rest of the content is on its wrong side."""
    rest = [box for box in content if shared_area(box.box, end.box) < 0.5 * max(1.0, area(box.box))]
    below = sum(box.box[1] >= end.box[3] - 1 for box in rest)
    above = sum(box.box[3] <= end.box[1] + 1 for box in rest)
    return bool(rest) and (below if end.tag == "footer" else above) > 0.5 * len(rest)


@signal("alignment.quotes_in_order")
def quotes_in_order(view: View) -> float | None:
    """Share of the pairs of quoted texts that a page shows in the order in which the instruction names them."""
    if view.instruction is None or view.once(boxes) is None:
        return None
    places = [place for quote in view.instruction.quoted[:_QUOTES] if (place := _place(view, quote)) is not None]
    pairs = [(one, other) for one, other in combinations(places, 2) if abs(one - other) > 1]
    return sum(one < other for one, other in pairs) / len(pairs) if len(places) > 2 and pairs else None


def _place(view: View, quote: str) -> float | None:
    """How far down a text stands, where the page shows it exactly once."""
    wanted = quote.casefold()
    tops = [text.box[1] for text in view.texts or () if text.box and wanted == text.text.strip().casefold()]
    return tops[0] if len(tops) == 1 else None
