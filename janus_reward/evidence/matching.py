"""What an instruction asks for held against what the code says and the picture shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from janus_reward.colors import RGB
from janus_reward.evidence import charttypes, layout, palette, text
from janus_reward.evidence.instruction import Color, Count, Instruction
from janus_reward.evidence.lexis import numbers_of
from janus_reward.evidence.view import View

_NEAR = 20.0
_D3 = re.compile(r"\bd3\.")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
_SPACES = re.compile(r"[\s\\]+")


@dataclass(frozen=True, slots=True)
class Match:
    """Things asked for, and those of them that were not found."""

    asked: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Share that was found; `None` when nothing was asked."""
        return 1 - len(self.missing) / len(self.asked) if self.asked else None


class Matching:
    """The comparison for one view; `None` where either side is not there."""

    def __init__(self, view: View, instruction: Instruction) -> None:
        self._view = view
        self._asked = instruction

    @cached_property
    def shown(self) -> str | None:
        """Words of the picture, folded for comparison."""
        return None if self._view.picture_words is None else _folded(self._view.picture_words)

    @cached_property
    def anywhere(self) -> str:
        """Words of the code without comments and of the picture, folded for comparison."""
        return self._coded + "\n" + (self.shown or "")

    @cached_property
    def _coded(self) -> str:
        return _folded(self._view.answer.stripped)

    @property
    def has_code(self) -> bool:
        """Whether there is code to look in."""
        return self._view.code is not None

    def in_code(self, quote: str) -> bool:
        """Whether a quoted string is in the code, comments left out."""
        return _folded(quote) in self._coded

    @property
    def titles_asked(self) -> tuple[str, ...]:
        """Quoted strings that are to be the title."""
        return self._asked.titles

    @cached_property
    def quoted(self) -> Match:
        """Quoted strings in the code or the picture."""
        return _match(self._asked.quoted, lambda quote: _folded(quote) in self.anywhere)

    @cached_property
    def quoted_in_picture(self) -> Match | None:
        """Quoted strings in the picture."""
        shown = self.shown
        return None if shown is None else _match(self._asked.quoted, lambda quote: _folded(quote) in shown)

    @cached_property
    def numbers(self) -> Match:
        """Numbers in the code or the picture; a percentage may be written as a share."""
        there = numbers_of(self._view.answer.stripped) | numbers_of(self._view.picture_words or "")
        missing = [n for n in self._asked.numbers if n not in there and n / 100 not in there and n * 100 not in there]
        return Match(tuple(f"{n:g}" for n in self._asked.numbers), tuple(f"{n:g}" for n in missing))

    @cached_property
    def colors(self) -> Match:
        """Colours in the picture or the code."""
        missing = [color.written for color in self._asked.colors if not self._has_color(color)]
        return Match(tuple(color.written for color in self._asked.colors), tuple(missing))

    def _has_color(self, color: Color) -> bool:
        seen = (*self.drawn_colors, *self._later_colors)
        if color.basic and any(color.basic in palette.basic_names(rgb) for rgb in seen):
            return True
        wanted = color.rgb
        if not color.basic and wanted is not None and any(palette.distance(wanted, rgb) < _NEAR for rgb in seen):
            return True
        return not self._all_seen and self._names_color(color)

    def _names_color(self, color: Color) -> bool:
        written = re.sub(r"[ -]", "", color.written.lower())
        if color.basic is None:
            return written in self.anywhere
        return bool({written, *_spellings(color.basic)} & self._view.code_words)

    @property
    def _all_seen(self) -> bool:
        """Whether every colour that matters is in the picture: it stands still and its marks told their colours."""
        still = self._view.language in ("svg", "python", "vega", "vega-lite")
        return still and self._view.drawn and bool(layout.strings_of(self._view.facts, "colors"))

    @cached_property
    def _later_colors(self) -> tuple[RGB, ...]:
        """Colours written as hex in the code of what may change after the first look."""
        if self._all_seen:
            return ()
        found = (palette.parse(name) for name in _HEX.findall(self._view.lexis.stripped)[:400])
        return tuple(dict.fromkeys(color for color in found if color))

    @cached_property
    def drawn_colors(self) -> tuple[RGB, ...]:
        """Colours of the marks, of the texts, and those that cover some of the picture."""
        if not self._view.drawn:
            return ()
        reported = layout.strings_of(self._view.facts, "colors") or ()
        colors = [color for name in reported if (color := palette.parse(name))]
        colors += [item.color for item in self._view.texts or () if item.color]
        if self._view.still:
            colors += [color for color, share in self._view.still.palette if share > 0.001]
        return tuple(dict.fromkeys(colors))[:400]

    @cached_property
    def chart_types(self) -> Match | None:
        """Chart types drawn; told from the code where the picture does not say."""
        asked = self._asked.chart_types
        there = self.types_there if asked else None
        if there is None:
            return None
        match = _match(asked, lambda kind: kind in there)
        return None if match.share == 0 and self._drawn_by_hand else match

    @property
    def _drawn_by_hand(self) -> bool:
        """Whether a page draws its chart shape by shape, so that the code does not name the type."""
        return self._view.language == "html" and bool(_D3.search(self._view.lexis.stripped))

    @cached_property
    def types_there(self) -> tuple[str, ...] | None:
        """Chart types that were drawn, else those that the code draws; `None` when neither says anything."""
        reported = layout.strings_of(self._view.facts, "chart_types")
        if reported:
            return charttypes.drawn_types(reported) or None
        return charttypes.coded_types(self._view.lexis.stripped) or None

    @cached_property
    def words(self) -> Match | None:
        """Content words in the names, strings and texts of the code and the picture."""
        if self._view.code is None and self._view.picture_stems is None:
            return None
        there = self._view.answer_stems | (self._view.picture_stems or frozenset())
        return _match(sorted(self._asked.words), lambda word: word in there)

    @cached_property
    def words_in_picture(self) -> Match | None:
        """Content words in the texts of the picture."""
        there = self._view.picture_stems
        return None if there is None else _match(sorted(self._asked.words), lambda word: word in there)

    @cached_property
    def widgets(self) -> Match | None:
        """Widgets and parts of a page."""
        there = self._parts
        if there is None or not self._asked.widgets:
            return None
        return _match(self._asked.widgets, lambda kind: any(there.get(key) for key in self._asked.widgets[kind]))

    @cached_property
    def counts(self) -> Match | None:
        """Counted things, those whose number the structure tells."""
        known = [(count, number) for count in self._asked.counts if (number := self._number(count)) is not None]
        missing = [
            f"{count.count} {count.thing}s, not {number:g}" for count, number in known if not _agrees(count, number)
        ]
        return Match(tuple(f"{count.count} {count.thing}s" for count, _ in known), tuple(missing)) if known else None

    def _number(self, count: Count) -> float | None:
        if count.keys == ("axes",):
            return float(len(self._view.axes)) if self._view.axes else None
        there = (layout.counts_of(self._view.facts, "marks") or {}) | (self._parts or {})
        if not there:
            return None
        present = [there[key] for key in count.keys if key in there]
        return sum(present) if present else None

    @cached_property
    def _parts(self) -> dict[str, float] | None:
        widgets = layout.counts_of(self._view.facts, "widgets")
        elements = layout.counts_of(self._view.facts, "elements")
        if widgets is None and elements is None:
            page = self._view.markup
            return {kind: float(count) for kind, count in (page.elements | page.widgets).items()} if page else None
        return (elements or {}) | (widgets or {})

    @cached_property
    def tools(self) -> Match:
        """Languages and libraries."""
        code = self._view.code or ""
        language = self._view.language or ""
        return _match(self._asked.tools, lambda name: name == language or bool(self._asked.tools[name].search(code)))

    @cached_property
    def title_missing(self) -> bool | None:
        """Whether a title was asked for and is not drawn; `None` when not asked or unknown."""
        there = text.title(self._view)
        if not self._asked.wants_title or there is None or (not there and self._perhaps_titled):
            return None
        return not there

    @property
    def _perhaps_titled(self) -> bool:
        """Whether asked words are shown where no plotting area tells which of them are the title."""
        shown = self.quoted_in_picture
        return not self._view.axes and shown is not None and len(shown.missing) < len(shown.asked)

    @cached_property
    def labels_missing(self) -> bool | None:
        """Whether labels of the axes were asked for and some plotting area has none."""
        labelled = text.labelled_axes(self._view)
        return None if not self._asked.wants_labels or not labelled else not any(labelled)

    @cached_property
    def legend_missing(self) -> bool | None:
        """Whether a legend was asked for and is not drawn."""
        if not self._asked.wants_legend or not text.roles_told(self._view):
            return None
        return not text.has_legend(self._view)


def matching(view: View) -> Matching | None:
    """Compare a view with its instruction, if there is one. Ask for it with `view.once(matching)`."""
    return Matching(view, view.instruction) if view.instruction else None


def _match(asked: Iterable[str], found: Callable[[str], bool]) -> Match:
    wanted = tuple(asked)
    return Match(wanted, tuple(item for item in wanted if not found(item)))


def _folded(text: str) -> str:
    return _SPACES.sub(" ", text).casefold()


def _spellings(basic: str) -> set[str]:
    names = {basic, basic.replace("gray", "grey")}
    return names | {shade + name for shade in palette.SHADES for name in names}


def _agrees(count: Count, number: float) -> bool:
    if count.thing in ("subplot", "panel", "slice", "wedge"):
        return number == count.count
    if count.thing == "bar":
        return number >= count.count and number % count.count == 0
    return number >= count.count
