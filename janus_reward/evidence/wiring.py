"""A page's own wiring read from its code: elements by id, what the script looks up, and what it listens to.

All of it is text matching in linear time: nothing is run, comments are cut out first, and every count is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from itertools import islice

from janus_reward.evidence.view import View

_ELEMENTS, _LOOK_UPS = 3_000, 1_000
_TYPES = {"range": "slider", "checkbox": "checkbox", "radio": "radio", "button": "button", "submit": "button"}
_TAGS = {"button": "button", "select": "select", "canvas": "canvas", "textarea": "input"}
_NAME = r"[A-Za-z_][\w-]{0,60}"
_MADE = re.compile(
    rf"\bid\s?=\s?\\?[\"'`](?P<a>{_NAME})\\?[\"'`]|setAttribute\(\s?[\"'`]id[\"'`],\s?[\"'`](?P<b>{_NAME})"
    rf"|\.id\(\s?[\"'`](?P<c>{_NAME})|\.attr\(\s?[\"']id[\"'],\s?[\"'](?P<d>{_NAME})|\bid:\s?[\"'`](?P<e>{_NAME})[\"'`]"
)
_LOOKED_UP = re.compile(
    rf"getElementById\(\s{{0,9}}[\"'`](?P<a>{_NAME})[\"'`]\s{{0,9}}\)"
    rf"|(?:querySelector|\bselect|\$)\(\s{{0,9}}[\"'`]#(?P<b>{_NAME})[\"'`]\s{{0,9}}\)"
)
_BOUND = re.compile(r"(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,3}[=:]\s{0,3}(?:document|d3|this\.\w{1,20})?\.?\Z")
_LISTENS = r"\s{0,30}\??\.(?:addEventListener|on(?:input|change|click|mousedown|pointerdown|keydown|keyup)\s?="
_LISTENS += r"|(?:on|input|changed|mousePressed|mouseClicked|mouseReleased|click|change)\()"
_ANY_LISTENER = re.compile(r"(?P<name>[A-Za-z_$][\w$]{0,60})(?:\[[^\]\n]{1,40}\])?" + _LISTENS)
_DIRECT = re.compile(_LISTENS)
_LOOP = re.compile(r"forEach|\bfor\s?\(|querySelectorAll|\.map\(|Object\.(?:values|keys|entries)")
_DRAWING = re.compile(
    r"\.(?:fillRect|strokeRect|clearRect|beginPath|lineTo|moveTo|arc|fillText|strokeText|stroke|fill|drawImage"
    r"|putImageData|quadraticCurveTo|bezierCurveTo|ellipse)\("
    r"|\b(?:ellipse|rect|line|circle|triangle|vertex|quad|point|text|beginShape|endShape|image)\("
    r"|Plotly\.(?:newPlot|react|update|restyle|relayout|animate)|new THREE\.\w{1,40}|\.append\(\s?[\"']"
    r"|createElementNS|createElement\("
)
_FUNCTION = re.compile(
    r"\bfunction\s{1,9}(?P<a>[A-Za-z_$][\w$]{0,60})|\b(?P<b>[A-Za-z_$][\w$]{0,60})\s{0,3}[=:]\s{0,3}(?:async\s{1,3})?"
    r"(?:function\b|\([^()\n]{0,200}\)\s{0,3}=>|[A-Za-z_$][\w$]{0,40}\s{0,3}=>)"
    r"|^[ \t]{0,24}(?:async |static ){0,2}(?P<c>(?!if|for|while|switch|catch|function|return)[A-Za-z_$][\w$]{0,60})"
    r"\([^()\n]{0,200}\)\s{0,3}\{",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the page's own markup: its tag and its attributes, lower-case names."""

    tag: str
    attributes: Mapping[str, str]

    @property
    def kind(self) -> str:
        """What it is in the words of a specification (`slider`, `button`, ...), else its tag."""
        if self.tag == "input":
            return _TYPES.get(self.attributes.get("type", "text").lower(), "input")
        return _TAGS.get(self.tag, self.tag)

    @property
    def states(self) -> Mapping[str, object]:
        """What the markup says of its value, bounds and mark."""
        marked = "checked" in self.attributes or "selected" in self.attributes
        return {**self.attributes, "checked": marked}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(self.elements) < _ELEMENTS:
            named = {name: (value or "")[:2_000] for name, value in attrs[:40]}
            self.elements.append(Element(tag, named))


class Wiring:
    """The wiring of one page."""

    def __init__(self, stripped: str, script: str) -> None:
        self.script = script
        self._page = stripped

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """Elements of the markup, in order."""
        reader = _Reader()
        reader.feed(self._page)  # never closed: closing rescans an open comment again and again, in quadratic time
        return tuple(reader.elements)

    @cached_property
    def by_id(self) -> Mapping[str, Element]:
        """Elements of the markup by id; the first of each."""
        found: dict[str, Element] = {}
        for element in self.elements:
            name = element.attributes.get("id", "").strip()
            if name:
                found.setdefault(name, element)
        return found

    @cached_property
    def made(self) -> frozenset[str]:
        """Ids that the script gives to elements it makes."""
        return frozenset(_groups(_MADE, self.script))

    @cached_property
    def looked_up(self) -> frozenset[str]:
        """Ids that the script looks up by a literal name."""
        return frozenset(_groups(_LOOKED_UP, self.script))

    @cached_property
    def functions(self) -> frozenset[str]:
        """Names of the functions and methods that the script defines."""
        return frozenset(_groups(_FUNCTION, self.script))

    @cached_property
    def drawing_calls(self) -> int:
        """Calls that draw: canvas, p5, Plotly, three.js, made elements."""
        return sum(1 for _ in _DRAWING.finditer(self.script))

    @cached_property
    def _listeners(self) -> frozenset[str]:
        return frozenset(match["name"] for match in _ANY_LISTENER.finditer(self.script))

    @cached_property
    def _listens_in_loop(self) -> bool:
        return any(
            _LOOP.search(self.script, max(0, match.start() - 400), match.start())
            for match in list(_ANY_LISTENER.finditer(self.script))[:200]
        )

    @cached_property
    def _bindings(self) -> Mapping[str, tuple[str, ...]]:
        """Variables or keys that hold the element of each id; `` (empty) where a listener follows the look-up."""
        found: dict[str, list[str]] = {}
        for match in islice(_LOOKED_UP.finditer(self.script), _LOOK_UPS):
            name = match["a"] or match["b"]
            before = self.script[max(0, match.start() - 90) : match.start()]
            bound = _BOUND.search(before)
            if bound:
                found.setdefault(name, []).append(bound["name"])
            if _DIRECT.match(self.script, match.end()):
                found.setdefault(name, []).append("")
        return {name: tuple(holders) for name, holders in found.items()}

    def listens(self, name: str) -> bool:
        """Whether something happens when the element of this id is driven, as far as the text tells."""
        element = self.by_id.get(name)
        if element is not None and any(attribute.startswith("on") for attribute in element.attributes):
            return True
        holders = self._bindings.get(name, ())
        if "" in holders or any(holder in self._listeners for holder in holders):
            return True
        return self._listens_in_loop and self.mentions(name)

    def mentions(self, name: str) -> bool:
        """Whether the script names the id at all."""
        return name in self.script


def wiring(view: View) -> Wiring | None:
    """Read the wiring of an HTML page; `None` for anything else. Ask for it with `view.once(wiring)`."""
    if view.language != "html" or view.markup is None or view.javascript is None:
        return None
    return Wiring(view.lexis.stripped, "\n".join(_scripts(view)))


def _scripts(view: View) -> Iterator[str]:
    """The inline scripts without their comments."""
    start = re.compile(r"<script\b[^>]{0,500}>", re.IGNORECASE)
    text = view.lexis.stripped
    for match in list(start.finditer(text))[:200]:
        end = text.find("</script", match.end())
        yield text[match.end() : end if end >= 0 else len(text)]


def _groups(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for match in pattern.finditer(text):
        yield next(group for group in match.groups() if group is not None)
