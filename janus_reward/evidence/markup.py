"""HTML and SVG read tolerantly: elements, scripts, unclosed tags, depth, visible text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree import ElementTree

from janus_reward.evidence.page_notes import PageNotes

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_OPTIONAL_END = frozenset({"html", "head", "body", "li", "dt", "dd", "p", "rt", "rp", "optgroup", "option", "colgroup"})
_OPTIONAL_END |= {"caption", "thead", "tbody", "tfoot", "tr", "td", "th"}
_INPUTS = {"range": "slider", "checkbox": "checkbox", "radio": "radio", "button": "button", "submit": "button"}
_DEPTH_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Markup:
    """What a tolerant reading of markup found.

    Args:
        elements: tag to count.
        widgets: widget to count, under the names of the fact `widgets`.
        scripts: the inline JavaScript, in order.
        text: the text between the tags, scripts and styles left out.
        unclosed: tags that were opened and never closed although they must be, in order.
        stray: end tags without a start.
        depth: the deepest nesting of elements.
        cut: the text stops inside a tag, a comment, a script or a style, or an opened `<html>` is not closed.
        notes: what the attributes say.
    """

    elements: dict[str, int]
    widgets: dict[str, int]
    scripts: tuple[str, ...]
    text: str
    unclosed: tuple[str, ...]
    stray: int
    depth: int
    cut: bool
    notes: PageNotes


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.widgets: Counter[str] = Counter()
        self.open: list[str] = []
        self.unclosed: list[str] = []
        self.stray = 0
        self.depth = 0
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.notes = PageNotes()

    def handle_decl(self, decl: str) -> None:
        if decl.lower().startswith("doctype"):
            self.notes.basics.add("doctype")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.notes.take(tag, attrs, "label" in self.open[-8:])
        if tag == "input":
            self.widgets[_INPUTS.get((dict(attrs).get("type") or "text").lower(), "input")] += 1
        if tag in VOID or len(self.open) >= _DEPTH_LIMIT:
            return
        self.open.append(tag)
        self.depth = max(self.depth, len(self.open))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag not in self.open[-64:]:
            self.stray += 1
            return
        while (closed := self.open.pop()) != tag:
            if closed not in _OPTIONAL_END:
                self.unclosed.append(closed)

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside == "script":
            self.scripts.append(data)
        elif inside == "style":
            self.notes.styles.append(data)
        else:
            self.texts.append(data)


def read_html(code: str) -> Markup:
    """Read HTML as a browser would, noting what is not closed; never raises."""
    reader = _Reader()
    reader.feed(code)  # never closed: closing rescans an open comment again and again, in quadratic time
    if reader.cdata_elem == "script":
        reader.scripts.append(reader.rawdata)
    cut = reader.cdata_elem is not None or reader.rawdata.lstrip().startswith("<")
    left = [tag for tag in reader.open if tag not in _OPTIONAL_END]
    cut = (
        cut
        or bool({"script", "style", "svg"} & set(left))
        or ("html" in reader.open and "</html" not in code[-4000:].lower())
    )
    return Markup(
        elements=dict(sorted(reader.elements.items())),
        widgets=dict(sorted(reader.widgets.items())),
        scripts=tuple(script for script in reader.scripts if script.strip()),
        text=" ".join(" ".join(reader.texts).split()),
        unclosed=tuple(reader.unclosed + left),
        stray=reader.stray,
        depth=reader.depth,
        cut=cut,
        notes=reader.notes,
    )


@dataclass(frozen=True, slots=True)
class Wellformed:
    """Whether XML parses. `cut`: it stops before its root element is closed."""

    ok: bool
    message: str | None = None
    cut: bool = False


def read_xml(code: str) -> tuple[Wellformed, ElementTree.Element | None]:
    """Parse XML (SVG) strictly; expat refuses to expand entities beyond its own bound.

    Returns: whether it parses and why not, and the root element when it does.
    """
    try:
        return Wellformed(True), ElementTree.fromstring(code.strip())
    except ElementTree.ParseError as error:
        message = str(error)
        cut = any(sign in message for sign in ("no element found", "unclosed", "partial"))
        return Wellformed(False, message, cut), None
    except (ValueError, RecursionError) as error:
        return Wellformed(False, type(error).__name__), None


def check_xml(code: str) -> Wellformed:
    """Whether XML (SVG) parses."""
    return read_xml(code)[0]
