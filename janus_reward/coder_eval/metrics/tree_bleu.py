"""TreeBLEU: how much of a page's tree is there, by subtrees of height one."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

from janus_reward.evidence.markup import VOID

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
    tree = _Tree()
    tree.feed(markup)  # never closed: closing rescans an open comment again and again, in quadratic time
    return frozenset(tuple(node) for node in (*tree.closed, *tree.open) if node[0] and len(node) > 1)


class _Tree(HTMLParser):
    """Elements as lists: the tag, then the tags of the children. The first open one stands for the document."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.closed: list[list[str]] = []
        self.open: list[list[str]] = [[""]]
        self._named: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.open[-1][0] in _CLOSED_BY.get(tag, ()):
            self._close()
        self.open[-1].append(tag)
        if tag not in VOID:
            self.open.append([tag])
            self._named[tag] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._named[tag]:
            if self._close() == tag:
                return

    def _close(self) -> str:
        """End the innermost open element; gives its tag."""
        node = self.open.pop()
        self.closed.append(node)
        self._named[node[0]] -= 1
        return node[0]
