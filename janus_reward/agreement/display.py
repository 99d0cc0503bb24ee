"""Agreement as a table: in the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from janus_reward.agreement.card import Card, Line
from janus_reward.agreement.compare import Agreement, PairAgreement, Slice

_NAMES = {
    "spearman": "Spearman",
    "kendall": "Kendall tau-b",
    "pairwise": "pairs ordered right",
    "pairwise_in_group": "pairs ordered right, within a group",
    "quadratic_kappa": "quadratic kappa",
    "alpha": "Krippendorff alpha (interval)",
    "mean_error": "mean error (judge - label)",
    "one_against_rest": "people: one against the mean of the rest (Spearman)",
}


def table(found: Agreement | PairAgreement, title: str) -> Table:
    """The table for a terminal."""
    shown = Table(title=title, title_justify="left")
    rows = list(_rows(found))
    for heading in rows[0]:
        shown.add_column(heading)
    for row in rows[1:]:
        shown.add_row(*row)
    return shown


def markdown(found: Agreement | PairAgreement, title: str) -> str:
    """The table as Markdown."""
    head, *rest = _rows(found)
    lines = [_line(head), _line(("---",) * len(head)), *map(_line, rest)]
    return f"# {title}\n\n" + "\n".join(lines) + "\n"


def card_markdown(card: Card) -> str:
    """The card as Markdown, one table a section."""
    parts = [f"# Report card of the judge {card.judge}", "", f"Revision `{card.revision}`; {_scored(card)}."]
    for section in dict.fromkeys(line.section for line in card.lines):
        parts += ["", f"## {section}", "", _line(("what", "value [95 %]", "n")), _line(("---", "---", "---"))]
        parts += [_line(_card_cells(line)) for line in card.lines if line.section == section]
    return "\n".join(parts) + "\n"


def card_table(card: Card) -> Table:
    """The card for a terminal."""
    shown = Table(title=f"judge {card.judge} ({card.revision}), {_scored(card)}", title_justify="left")
    for heading in ("", "what", "value [95 %]", "n"):
        shown.add_column(heading)
    last = ""
    for line in card.lines:
        shown.add_row("" if line.section == last else line.section, *_card_cells(line))
        last = line.section
    return shown


def _scored(card: Card) -> str:
    return f"total scored of {card.scored} of {card.rows} rows"


def _card_cells(line: Line) -> tuple[str, str, str]:
    found = line.estimate
    if line.unit == "share" and found.value is not None:
        value = f"{found.value:.1%} [{found.low:.1%}, {found.high:.1%}]"
    else:
        value = str(found)
    return line.name, value, str(found.n)


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rows(found: Agreement | PairAgreement) -> Iterator[tuple[str, ...]]:
    if isinstance(found, PairAgreement):
        yield ("what", "value [95 %]")
        yield ("preferred side first", str(found.accuracy))
        yield ("pairs scored / decided", f"{found.scored} / {found.decided}")
        yield ("pairs not in the run", str(found.missing))
        return
    parts = (found.whole, *found.slices)
    yield ("what", *(part.name for part in parts))
    yield ("scored of labelled", *(f"{part.scored} of {part.labelled}" for part in parts))
    for name in found.whole.measures:
        yield (_NAMES.get(name, name), *(_measure(part, name) for part in parts))
    for name in found.whole.ceiling:
        told = _NAMES[name] if name == "one_against_rest" else f"people: {_NAMES[name]}"
        yield (told, *(str(part.ceiling.get(name, "-")) for part in parts))
    yield ("labels not in the run", str(found.missing), *("" for _ in found.slices))


def _measure(part: Slice, name: str) -> str:
    return str(part.measures.get(name, "-"))
