"""TreeBLEU: how much of a page's tree is there, by subtrees of height one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from janus_reward.evidence.markup import VOID

_TAG = re.compile(
    r"<(?:!--.*?(?:-->|\Z)|(?P<raw>script|style|textarea|title)\b(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>.*?(?:</(?P=raw)\s*>|\Z)"
    r"|(?P<end>/)?(?P<name>[a-zA-Z][^\s/>]*)(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>)",
    re.DOTALL | re.IGNORECASE,
)
_CLOSED_BY = {
    "li": frozenset({"li"}),
    "option": frozenset({"option"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "tr": frozenset({"tr", "td", "th"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
}
"""Tags whose start ends an open one of the same kind (HTML Living Standard, 13.1.2.4)."""

Subtree = tuple[str, ...]


def tree_bleu(html: str, reference: str) -> float | None:
    """Share of the reference's height-one subtrees that the page has: |S(page) & S(reference)| / |S(reference)|.

    A height-one subtree is an element and the sequence of its child elements, by their tags; S is a set, so that a
    subtree counts once. Source: WebCode2M (Gui et al. 2024, arXiv 2404.06369).

    Returns: 0 to 1; `None` when the reference has no element with children.
    """
    wanted = subtrees(reference)
    return len(subtrees(html) & wanted) / len(wanted) if wanted else None


def subtrees(markup: str) -> frozenset[Subtree]:
    """The height-one subtrees of HTML or SVG, each as (tag, tags of its children ...); leaves are none."""
    closed: list[list[str]] = []
    stack: list[list[str]] = [[""]]
    for name, kind in _tags(markup):
        if kind == "end":
            _close(stack, closed, name)
            continue
        while stack[-1][0] in _CLOSED_BY.get(name, ()):
            closed.append(stack.pop())
        stack[-1].append(name)
        if kind == "start":
            stack.append([name])
    return frozenset(tuple(node) for node in (*closed, *stack) if node[0] and len(node) > 1)


def _tags(markup: str) -> Iterator[tuple[str, str]]:
    """(tag, `start`, `end` or `leaf`) in order; the inside of scripts and styles is none of the tree."""
    for match in _TAG.finditer(markup):
        name = (match["raw"] or match["name"] or "").lower()
        if not name:
            continue
        if match["end"]:
            yield name, "end"
        elif match["raw"] or name in VOID or match[0].endswith("/>"):
            yield name, "leaf"
        else:
            yield name, "start"


def _close(stack: list[list[str]], closed: list[list[str]], name: str) -> None:
    """End the innermost open element of that name and what is open in it; an end without a start is passed over."""
    if not any(node[0] == name for node in stack[:0:-1]):
        return
    while True:
        node = stack.pop()
        closed.append(node)
        if node[0] == name:
            return
