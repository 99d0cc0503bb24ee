"""The declarations of a page's style sheets with their positions, and which elements they are about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from janus_reward.corrupt.markup_source import Element, MarkupSource

_RULE = re.compile(r"([^{}@;]{1,400})\{([^{}]{0,4000})\}")
_DECLARATION = re.compile(r"(?<![\w-])([a-z-]{2,40})\s*:\s*([^;{}]{1,400})")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PART = re.compile(r"([.#]?)([\w-]+|\*)")
_MANY = 4_000


@dataclass(frozen=True, slots=True)
class Declaration:
    """One `name: value` of a rule.

    Args:
        selector: of the rule.
        start, end: of the value in the page.
        used: number of elements of the page that the selector's last part names.
    """

    selector: str
    name: str
    value: str
    start: int
    end: int
    used: int


def declarations(source: MarkupSource) -> list[Declaration]:
    """Declarations of the `<style>` elements whose selectors meet an element of the body, in order."""
    found: list[Declaration] = []
    body = [
        element for element in source.elements if element.tag == "body" or any(a.tag == "body" for a in element.above())
    ]
    for sheet in source.all("style"):
        css = _COMMENT.sub(lambda comment: " " * len(comment.group()), source.code[sheet.open_end : sheet.close])
        for rule in _RULE.finditer(css):
            used = _used(rule.group(1), body)
            for item in _DECLARATION.finditer(rule.group(2)) if used else ():
                start = sheet.open_end + rule.start(2) + item.start(2)
                value = item.group(2).rstrip()
                found.append(Declaration(rule.group(1).strip(), item.group(1), value, start, start + len(value), used))
        if len(found) > _MANY:
            break
    return found


def rules(source: MarkupSource) -> list[tuple[str, int]]:
    """Selectors that meet an element of the body, each with the position right after its `{`."""
    places: dict[int, str] = {}
    body = source.elements
    for sheet in source.all("style"):
        css = _COMMENT.sub(lambda comment: " " * len(comment.group()), source.code[sheet.open_end : sheet.close])
        for rule in _RULE.finditer(css):
            if _used(rule.group(1), body):
                places[sheet.open_end + rule.start(2)] = rule.group(1).strip()
    return [(selector, at) for at, selector in places.items()]


def _used(selectors: str, body: list[Element]) -> int:
    """How many elements a list of selectors meets, by tags, ids and classes; `:hover` and the like meet none."""
    return sum(_count(selector, body) for selector in selectors.split(",")[:8])


def _count(selector: str, body: list[Element]) -> int:
    steps = re.sub(r"[^\s>]+\s*[+~]\s*", "", selector.strip()).replace(">", " ").split()
    if not steps or any(sign in selector for sign in ":["):
        return 0
    wanted = [_PART.findall(step) for step in steps]
    return sum(_meets(element, wanted) for element in body)


def _meets(element: Element, wanted: list[list[tuple[str, str]]]) -> bool:
    """Whether the element fits the last step and its ancestors, in order, the steps before it."""
    if not _fits_all(element, wanted[-1]):
        return False
    above = element.above()
    return all(any(_fits_all(parent, step) for parent in above) for step in reversed(wanted[:-1]))


def _fits_all(element: Element, parts: list[tuple[str, str]]) -> bool:
    return all(_fits(element, sign, name) for sign, name in parts)


def _fits(element: Element, sign: str, name: str) -> bool:
    if sign == "#":
        return element.attributes.get("id") == name
    if sign == ".":
        return name in element.attributes.get("class", "").split()
    return name == "*" or element.tag == name.lower()
