"""What changed between two trees of a picture's parts: which property of which part, what came, what went.

The parts are the elements of a page, the artists of a figure, or what the source of an SVG or a specification says.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from janus_reward.evidence.node import Node, read_tree
from janus_reward.evidence.sequences import runs
from janus_reward.evidence.source_tree import source_tree
from janus_reward.evidence.view import View

MAX_CHANGES = 400


@dataclass(frozen=True, slots=True)
class Change:
    """One property of one element; `text` is its own text, `element` the element itself (`""` where it is not)."""

    element: str
    property: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TreeChange:
    """All changes, at most `MAX_CHANGES`, and the elements touched, in document order."""

    changes: tuple[Change, ...]
    touched: int
    added: int
    removed: int


def tree_change(view: View) -> TreeChange | None:
    """Compare the trees before and after; `None` when one of them is missing."""
    before = view.triple.before
    old = read_tree(view.sample.before.facts) if view.sample.before else None
    new = read_tree(view.facts)
    if old is None and new is None and before and before.code and view.code and not view.capped:
        old, new = (source_tree(code, view.language) for code in (before.code, view.code))
    return None if old is None or new is None else compared(old, new)


def compared(old: Sequence[Node], new: Sequence[Node]) -> TreeChange:
    """Align two trees in document order and list what differs."""
    found: list[Change] = []
    touched = added = removed = 0
    for before, after in _aligned(old, new):
        if before is None or after is None:
            added, removed = added + (before is None), removed + (after is None)
            found.append(_whole(before, after))
            continue
        changes = list(_differences(before, after))
        touched += bool(changes)
        found += changes
    return TreeChange(tuple(found[:MAX_CHANGES]), touched + added + removed, added, removed)


def _aligned(old: Sequence[Node], new: Sequence[Node]) -> Iterator[tuple[Node | None, Node | None]]:
    """Pairs of the same element, `None` on the side where it is not: equal ones first, then those of the same name."""
    for equal, before, after in _matched(old, new, _whole_key):
        if equal:
            yield from zip(before, after, strict=True)
            continue
        for same, first, second in _matched(before, after, _key):
            yield from zip(first, second, strict=True) if same else _replaced(first, second)


def _matched(
    old: Sequence[Node], new: Sequence[Node], key: Callable[[Node], Hashable]
) -> Iterator[tuple[bool, Sequence[Node], Sequence[Node]]]:
    """Runs of parts that match by a key, and runs between them that do not."""
    for equal, here, there in runs([key(node) for node in old], [key(node) for node in new]):
        yield equal, old[here], new[there]


def _replaced(old: Sequence[Node], new: Sequence[Node]) -> Iterator[tuple[Node | None, Node | None]]:
    """A run of elements without a match: the same tags in the same order are taken for the same elements."""
    if [node.tag for node in old] == [node.tag for node in new]:
        yield from zip(old, new, strict=True)
        return
    yield from ((node, None) for node in old)
    yield from ((None, node) for node in new)


def _whole_key(node: Node) -> Hashable:
    return node.tag, node.name, node.depth, node.words, tuple(sorted(node.style.items()))


def _key(node: Node) -> Hashable:
    return node.tag, node.name, node.depth


def _differences(before: Node, after: Node) -> Iterator[Change]:
    if before.name != after.name:
        yield Change(after.label, "name", before.name, after.name)
    if before.words != after.words:
        yield Change(after.label, "text", before.words, after.words)
    for name in sorted(before.style.keys() | after.style.keys()):
        old, new = before.style.get(name, ""), after.style.get(name, "")
        if old != new:
            yield Change(after.label, name, old, new)


def _whole(before: Node | None, after: Node | None) -> Change:
    if after is None:
        gone = before or Node("", "", 0, "", {})
        return Change(gone.label, "element", gone.words or gone.tag, "")
    return Change(after.label, "element", "", after.words or after.tag)
