"""How alike two codes are as trees: the profile of parents and children of syntax, markup or JSON."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from janus_reward.evidence.lexis import CODE_LIMIT
from janus_reward.evidence.markup import VOID
from janus_reward.evidence.pycode import PythonCode

_GRAMS = 20_000
_DEPTH = 200

Profile = Counter[tuple[str, ...]]


def similarity(first: str, second: str, language: str | None) -> float | None:
    """Share of the pq-grams (p = 2 ancestors, q = 1; Augsten et al. 2005, as a multiset Dice coefficient) in common.

    Returns: 0 to 1, or `None` where a language has no tree here or one of the codes does not parse.
    """
    one, other = (profile(code[:CODE_LIMIT], language) for code in (first, second))
    if not one or not other:
        return None
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values()))


def profile(code: str, language: str | None) -> Profile | None:
    """Count (grandparent, parent, node) over the tree of a code, at most 20,000 nodes; `None` when there is no tree."""
    if language in ("python", "manim"):
        tree = PythonCode(code).tree
        return _counted(_python(tree)) if tree else None
    if language in ("html", "svg"):
        return _counted(_markup(code))
    if language in ("vega-lite", "vega", "json"):
        return _json_profile(code)
    return None


def _counted(grams: Iterator[tuple[str, ...]]) -> Profile:
    return Counter(gram for gram, _ in zip(grams, range(_GRAMS), strict=False))


def _python(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    stack: list[tuple[ast.AST, str, str]] = [(tree, "", "")]
    while stack:
        node, grandparent, parent = stack.pop()
        label = _label(node)
        yield grandparent, parent, label
        children = (child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr_context))
        stack.extend((child, parent, label) for child in children if not _is_docstring(child))


def _label(node: ast.AST) -> str:
    """Type of a node; attributes and keywords, which name what is called, with their names."""
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    return f"{node.arg}=" if isinstance(node, ast.keyword) else type(node).__name__


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.grams: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        above = ["", "", *self.open[-2:]][-2:]
        if len(self.grams) < _GRAMS:
            self.grams.append((*above, tag))
        if tag not in VOID and len(self.open) < _DEPTH:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open[-64:]:
            while self.open.pop() != tag:
                pass


def _markup(code: str) -> Iterator[tuple[str, ...]]:
    reader = _Tags()
    reader.feed(code)
    return iter(reader.grams)


def _json_profile(code: str) -> Profile | None:
    try:
        return _counted(_json(json.loads(code)))
    except (ValueError, RecursionError):
        return None


def _json(root: Any) -> Iterator[tuple[str, ...]]:
    stack: list[tuple[Any, str, str]] = [(root, "", "")] if isinstance(root, (dict, list)) else []
    while stack:
        value, grandparent, parent = stack.pop()
        inner = value.items() if isinstance(value, dict) else [("[]", item) for item in value[:50]]
        for name, child in inner:
            leaf = child if isinstance(child, (str, bool)) else type(child).__name__
            yield grandparent, parent, f"{name}:{str(leaf)[:60]}"
            if isinstance(child, (dict, list)):
                stack.append((child, parent, name))
