"""One part of a picture as its renderer tells it, read from the facts `tree` and `artists`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_NODES = 1500
_PROPERTIES, _CHARS = 300, 200


@dataclass(frozen=True, slots=True)
class Node:
    """One part: `style` by property, those of pseudo elements as `::before color`; `words` is its own text."""

    tag: str
    name: str
    depth: int
    words: str
    style: Mapping[str, str]

    @property
    def label(self) -> str:
        """How it is called in notes: `div#id.class`."""
        return f"{self.tag}{self.name}"


def read_tree(facts: Mapping[str, Any]) -> list[Node] | None:
    """The nodes of the fact `tree`, else of `artists`; `None` when both are absent or malformed."""
    for name in ("tree", "artists"):
        if found := _read(facts.get(name)):
            return found
    return None


def _read(tree: Any) -> list[Node]:
    if not isinstance(tree, Mapping):
        return []
    styles, nodes = tree.get("styles"), tree.get("nodes")
    if not isinstance(styles, list) or not isinstance(nodes, list):
        return []
    return [_node(node, styles) for node in nodes[:MAX_NODES] if isinstance(node, Mapping)]


def _node(node: Mapping[str, Any], styles: Sequence[Any]) -> Node:
    style: dict[str, str] = {}
    for key, mark in (("style", ""), ("before", "::before "), ("after", "::after ")):
        told = _style(node.get(key), styles)
        style |= {f"{mark}{name}": value for name, value in told.items()}
    depth = node.get("depth")
    return Node(
        _text(node.get("tag"))[:40],
        _text(node.get("name")),
        depth if isinstance(depth, int) and 0 <= depth < 100 else 0,
        _text(node.get("text")),
        style,
    )


def _style(at: Any, styles: Sequence[Any]) -> dict[str, str]:
    told = styles[at] if isinstance(at, int) and 0 <= at < len(styles) else None
    if not isinstance(told, Mapping):
        return {}
    pairs = list(told.items())[:_PROPERTIES]
    return {name[:60]: value[:_CHARS] for name, value in pairs if isinstance(name, str) and isinstance(value, str)}


def _text(value: Any) -> str:
    return value[:_CHARS] if isinstance(value, str) else ""
