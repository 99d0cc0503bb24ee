"""Style sheets of a page as rules: which match nothing, which say the same twice. Read by brackets, never executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from janus_reward.evidence.lexis import scan

_LIMIT = 100_000
_RULES = 2_000
_PART = re.compile(r"[^{}]{0,4000}[{}]")
_AROUND = re.compile(r"@(?:media|supports|layer|container|scope|document)\b", re.IGNORECASE)
_NAME = re.compile(r"(?P<kind>[.#]?)(?P<name>-?[A-Za-z_][\w-]{0,99})")
_ASIDE = re.compile(r"::?[\w-]{1,40}(?:\([^()]{0,300}(?:\([^()]{0,100}\)[^()]{0,100}){0,3}\))?|\[[^\]]{0,200}\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """One style rule: where it stands (`@media ...`), its selectors, its declarations."""

    around: str
    selectors: tuple[str, ...]
    body: str


def rules(css: str) -> tuple[Rule, ...]:
    """The rules of a style sheet, comments left out, at most 2,000; key frames and font faces are no rules."""
    found: list[Rule] = []
    around: list[str] = []
    selector: str | None = None
    for match in _PART.finditer(scan(css[:_LIMIT], "css").stripped):
        text, mark = match.group()[:-1].strip(), match.group()[-1]
        if mark == "{":
            if selector is not None:
                around.append(selector)
            selector = text.rpartition(";")[2].strip()
        elif selector is not None:
            if not selector.startswith("@") and "@keyframes" not in " ".join(around):
                found.append(Rule(" ".join(around), tuple(part.strip() for part in selector.split(",")), text))
            selector = None
        elif around:
            around.pop()
        if len(found) >= _RULES:
            break
    return tuple(found)


def duplicates(found: tuple[Rule, ...]) -> int:
    """Rules that repeat an earlier one, selectors and declarations, word for word."""
    told = [(rule.around, rule.selectors, " ".join(rule.body.split())) for rule in found if rule.body]
    return len(told) - len(set(told))


def unmatched(found: tuple[Rule, ...], tags: frozenset[str], ids: frozenset[str], classes: frozenset[str]) -> int:
    """Rules of which no selector can match: each asks for a tag, an id or a class that is nowhere.

    Args:
        found: the rules.
        tags: lower-case elements of the page and words of its scripts.
        ids: of the page, and words of its scripts.
        classes: of the page, and words of its scripts.
    """
    return sum(
        bool(rule.selectors) and not any(_possible(selector, tags, ids, classes) for selector in rule.selectors)
        for rule in found
    )


def _possible(selector: str, tags: frozenset[str], ids: frozenset[str], classes: frozenset[str]) -> bool:
    known = {"": tags, ".": classes, "#": ids}
    return all(
        (name.lower() if kind == "" else name) in known[kind]
        for kind, name in _names(selector)
        if name.lower() != "root"
    )


def _names(selector: str) -> Iterator[tuple[str, str]]:
    for match in _NAME.finditer(_ASIDE.sub(" ", selector[:500])):
        yield match["kind"], match["name"]
