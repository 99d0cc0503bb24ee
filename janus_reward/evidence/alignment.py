"""How far the code and the picture hold what the instruction asks for. Comments of the code never count."""

from __future__ import annotations

from janus_reward.evidence.matching import Match, matching
from janus_reward.evidence.requirement import counted
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View
from janus_reward.evidence.words import content_stems


def _asked(view: View, part: str, *, picture_only: bool = False) -> Match | None:
    if view.code is None and not picture_only and view.picture_words is None:
        return None
    match: Match | None = getattr(view.once(matching), part, None)
    return match


def _share(match: Match | None) -> float | None:
    return match.share if match else None


def _yes_no(view: View, part: str) -> float | None:
    answer: bool | None = getattr(view.once(matching), part, None)
    return None if answer is None else float(answer)


def _total(view: View, part: str) -> float | None:
    match: Match | None = getattr(view.once(matching), part, None)
    return float(len(match.asked)) if match else None


@signal("alignment.quoted_total", unit="count", high=200)
def quoted_total(view: View) -> float | None:
    """Quoted strings in the instruction."""
    return _total(view, "quoted")


@signal("alignment.quoted_found")
def quoted_found(view: View) -> float | None:
    """Share of the quoted strings that are in the code or the picture."""
    return _share(_asked(view, "quoted"))


@signal("alignment.quoted_in_picture")
def quoted_in_picture(view: View) -> float | None:
    """Share of the quoted strings that the picture shows."""
    return _share(_asked(view, "quoted_in_picture", picture_only=True))


@signal("alignment.numbers_total", unit="count", high=200)
def numbers_total(view: View) -> float | None:
    """Different numbers in the instruction (numbers of list items left out)."""
    return _total(view, "numbers")


@signal("alignment.numbers_found")
def numbers_found(view: View) -> float | None:
    """Share of the numbers that are in the code or the picture."""
    return _share(_asked(view, "numbers"))


@signal("alignment.colors_total", unit="count", high=200)
def colors_total(view: View) -> float | None:
    """Colours that the instruction names."""
    return _total(view, "colors")


@signal("alignment.colors_found")
def colors_found(view: View) -> float | None:
    """Share of the named colours that are drawn (same family; hex: CIE76 below 20) or named in the code."""
    return _share(_asked(view, "colors"))


@signal("alignment.chart_type")
def chart_type(view: View) -> float | None:
    """Share of the chart types asked for that are drawn: 1 all, 0 something else was drawn."""
    return _share(_asked(view, "chart_types"))


@signal("alignment.title_asked_missing", unit="yes/no")
def title_asked_missing(view: View) -> float | None:
    """1 if the instruction asks for a title and none is drawn, 0 if one is; none when not asked or unknown."""
    return _yes_no(view, "title_missing")


@signal("alignment.labels_asked_missing", unit="yes/no")
def labels_asked_missing(view: View) -> float | None:
    """1 if the instruction asks for axis labels and no plotting area has them, 0 if one has."""
    return _yes_no(view, "labels_missing")


@signal("alignment.legend_asked_missing", unit="yes/no")
def legend_asked_missing(view: View) -> float | None:
    """1 if the instruction asks for a legend and none is drawn, 0 if one is."""
    return _yes_no(view, "legend_missing")


@signal("alignment.words_found")
def words_found(view: View) -> float | None:
    """Share of the instruction's content words in the picture and the code, its own variables and comments left out."""
    return _share(_asked(view, "words"))


@signal("alignment.words_in_picture")
def words_in_picture(view: View) -> float | None:
    """Share of the instruction's content words that the picture shows."""
    return _share(_asked(view, "words_in_picture", picture_only=True))


@signal("alignment.widgets_asked_found")
def widgets_asked_found(view: View) -> float | None:
    """Share of the widgets and page parts asked for (button, slider, table, form ...) that are there."""
    return _share(_asked(view, "widgets"))


@signal("alignment.counts_found")
def counts_found(view: View) -> float | None:
    """Share of the counted things ("three bars") whose number agrees with what was drawn."""
    return _share(_asked(view, "counts"))


@signal("alignment.language_match")
def language_match(view: View) -> float | None:
    """Share of the languages and libraries asked for that the code uses."""
    return _share(_asked(view, "tools")) if view.code else None


@signal("alignment.checklist_words_found")
def checklist_words_found(view: View) -> float | None:
    """Share of the checklist's content words that are in the code or the picture."""
    if not view.triple.checklist or view.code is None:
        return None
    wanted = content_stems(" ".join(view.triple.checklist[:50])[:20_000])
    there = view.answer_stems | (view.picture_stems or frozenset())
    return len(wanted & there) / len(wanted) if wanted else None


@signal("alignment.requirements_total", unit="count", high=2_000)
def requirements_total(view: View) -> float | None:
    """Requirements read from the instruction: quotes, numbers, colours, chart types, counts, orders, ids, states ..."""
    counts = counted(view)
    return float(min(counts.total(), 2_000)) if counts else None


@signal("alignment.requirements_found")
def requirements_found(view: View) -> float | None:
    """Share of all requirements that are found in the code or the picture and contradicted by neither."""
    return _share_of(view, "found")


@signal("alignment.requirements_contradicted")
def requirements_contradicted(view: View) -> float | None:
    """Share of all requirements in whose place something else is there, or that are known not to be there."""
    return _share_of(view, "contradicted")


@signal("alignment.contradictions", unit="count", high=2_000)
def contradictions(view: View) -> float | None:
    """Requirements in whose place something else is there, or that are known not to be there."""
    counts = counted(view)
    return float(min(counts["contradicted"], 2_000)) if counts else None


@signal("alignment.order_kept")
def order_kept(view: View) -> float | None:
    """Share of the orders asked for (ascending by value, descending along an axis) that what was plotted has."""
    return _share_of(view, "found", "order")


@signal("alignment.sections_found")
def sections_found(view: View) -> float | None:
    """Share of the sections of a page that the instruction names which are in the code or the picture."""
    return _share_of(view, "found", "section")


@signal("alignment.layout_kept")
def layout_kept(view: View) -> float | None:
    """Share of the wishes for a layout (columns, sidebar on the left) that the drawn page keeps."""
    return _share_of(view, "found", "layout")


@signal("alignment.quotes_contradicted")
def quotes_contradicted(view: View) -> float | None:
    """Share of the quoted strings that the picture shows misspelt, or another title in place of."""
    return _share_of(view, "contradicted", "quote")


def _share_of(view: View, answer: str, kind: str | None = None) -> float | None:
    """Share with an answer; for orders and layout of those that could be told."""
    counts = counted(view, kind)
    if not counts:
        return None
    asked = counts.total() - (counts["unknown"] if kind in ("order", "layout") else 0)
    return counts[answer] / asked if asked else None
