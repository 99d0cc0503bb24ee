"""HTML and SVG with the position of every element, for edits that leave the rest as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

from janus_reward.corrupt.splice import Edit, whole_lines

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_DEEP = 400
_MANY = 20_000
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")


@dataclass(slots=True)
class Element:
    """One element.

    Args:
        tag: in lower case.
        start, open_end: the start tag, from `<` to after its `>`.
        close, end: the end tag; both are `open_end` when there is none.
        attributes: by name in lower case.
        parent: `None` at the top.
    """

    tag: str
    start: int
    open_end: int
    close: int
    end: int
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Characters of source between the tags."""
        return self.close - self.open_end

    def above(self) -> Iterator[Element]:
        """Its ancestors, nearest first."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent


class _Reader(HTMLParser):
    def __init__(self, code: str) -> None:
        super().__init__(convert_charrefs=True)
        self.starts = [0]
        for line in code.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.open: list[Element] = []
        self.elements: list[Element] = []
        self.texts: list[tuple[int, str, Element | None]] = []

    def at(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = self._element(tag, attrs)
        if element and tag not in VOID and len(self.open) < _DEEP:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if all(element.tag != tag for element in self.open[-64:]):
            return
        at = self.at()
        while self.open:
            element = self.open.pop()
            element.close = element.end = at
            if element.tag == tag:
                element.end = at + self._tag_length(at)
                return

    def handle_data(self, data: str) -> None:
        parent = self.open[-1] if self.open else None
        if data.strip() and (parent is None or parent.tag not in ("script", "style")):
            self.texts.append((self.at(), data, parent))

    def _element(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element | None:
        if len(self.elements) >= _MANY:
            return None
        start = self.at()
        end = start + len(self.get_starttag_text() or "")
        parent = self.open[-1] if self.open else None
        element = Element(tag, start, end, end, end, {name: value or "" for name, value in attrs}, parent)
        if parent:
            parent.children.append(element)
        self.elements.append(element)
        return element

    def _tag_length(self, at: int) -> int:
        end = self.rawdata.find(">", at)
        return end + 1 - at if end >= 0 else 0


class MarkupSource:
    """Markup read tolerantly.

    Args:
        code: the text; read as HTML, which finds the elements of SVG as well.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        reader = _Reader(code)
        reader.feed(code)
        for element in reader.open:
            element.close = element.end = len(code)
        self.elements = reader.elements
        self._texts = reader.texts

    @classmethod
    def read(cls, code: str) -> MarkupSource:
        """Read once for all kinds of damage to the same code: nobody changes a source that was read."""
        return _read(code)

    def all(self, *tags: str) -> list[Element]:
        """Elements with one of these tags, in order."""
        return [element for element in self.elements if element.tag in tags]

    def first(self, tag: str) -> Element | None:
        """The first element with this tag."""
        return next((element for element in self.elements if element.tag == tag), None)

    def text(self, element: Element) -> str:
        """The source of an element, tags included."""
        return self.code[element.start : element.end]

    def words(self, element: Element) -> str:
        """The text inside an element without tags, scripts and styles."""
        inner = self.code[element.open_end : element.close]
        inner = re.sub(r"<(script|style)\b.*?</\1\s*>", " ", inner, flags=re.DOTALL | re.IGNORECASE)
        return " ".join(re.sub(r"<[^>]{0,2000}>", " ", inner).split())

    def texts(self) -> list[tuple[int, int, str, Element | None]]:
        """Runs of plain text (start, end, text, element they stand in) without character references, in order."""
        found = []
        for start, text, parent in self._texts:
            if self.code[start : start + len(text)] == text:
                found.append((start, start + len(text), text, parent))
        return found

    def cut(self, element: Element) -> Edit:
        """The edit that takes an element out."""
        return Edit(*whole_lines(self.code, element.start, element.end), "")

    def set(self, element: Element, name: str, value: str) -> Edit:
        """The edit that gives an attribute a value, adding it when it is absent."""
        span = self.attribute(element, name)
        if span:
            return Edit(*span, f'{name}="{value}"')
        at = element.start + 1 + len(element.tag)
        return Edit(at, at, f' {name}="{value}"')

    def style(self, element: Element, declarations: str) -> Edit:
        """The edit that adds declarations to the `style` attribute of an element."""
        old = element.attributes.get("style", "").rstrip("; ")
        return self.set(element, "style", (f"{old}; " if old else "").replace('"', "'") + declarations)

    def attribute(self, element: Element, name: str) -> tuple[int, int] | None:
        """Where an attribute with its value stands."""
        first = element.start + 1 + len(element.tag)
        for found in _ATTRIBUTE.finditer(self.code, first, element.open_end):
            if found.group(1).lower() == name:
                return found.span()
        return None


@lru_cache(maxsize=4)
def _read(code: str) -> MarkupSource:
    return MarkupSource(code)
