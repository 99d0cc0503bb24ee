"""The parts that an SVG or a Vega specification names in its source, for renderers that tell no tree."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from janus_reward.evidence.markup import read_xml
from janus_reward.evidence.node import MAX_NODES, Node

_DECLARATION = re.compile(r"([\w-]{1,60})\s*:\s*([^;{}]{1,400})")
_RULE = re.compile(r"([^{}]{1,200})\{([^{}]{0,4000})\}")
_DEPTH = 100
_WHOLE = 80


def source_tree(code: str, language: str | None) -> list[Node] | None:
    """The nodes of a source in document order, at most 1,500; `None` where it has no such tree or does not parse."""
    if language == "svg":
        root = read_xml(code)[1]
        return None if root is None else _bounded(_elements(root))
    if language in ("vega-lite", "vega"):
        try:
            return _bounded(_objects(json.loads(code)))
        except (ValueError, RecursionError):
            return None
    return None


def _bounded(nodes: Iterator[Node]) -> list[Node] | None:
    return [node for node, _ in zip(nodes, range(MAX_NODES), strict=False)] or None


def _elements(root: ElementTree.Element) -> Iterator[Node]:
    stack = [(root, 0)]
    while stack:
        element, depth = stack.pop()
        if not isinstance(element.tag, str):
            continue
        tag = _local(element.tag)
        yield Node(tag[:40], _name(element), depth, _short(element.text or ""), _style(element))
        if tag == "style":
            yield from _rules(element.text or "", depth + 1)
        stack.extend((child, min(depth + 1, _DEPTH)) for child in reversed(element[: 2 * MAX_NODES]))


def _name(element: ElementTree.Element) -> str:
    kinds = "".join(f".{kind}" for kind in (element.get("class") or "")[:200].split()[:4])
    return (f"#{element.get('id')}" if element.get("id") else "")[:60] + kinds[:100]


def _style(element: ElementTree.Element) -> dict[str, str]:
    """Attributes, and over them the declarations of `style`, as CSS has it."""
    items = list(element.attrib.items())[:60]
    told = {_local(name)[:60]: _short(value) for name, value in items if name not in ("id", "class", "style")}
    return told | _declared(element.get("style") or "")


def _declared(css: str) -> dict[str, str]:
    return {name: _short(value) for name, value in _DECLARATION.findall(css[:4_000])}


def _rules(css: str, depth: int) -> Iterator[Node]:
    for selector, body in _RULE.findall(css[:40_000]):
        yield Node("rule", f" {_short(selector)}", depth, "", _declared(body))


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _objects(root: Any) -> Iterator[Node]:
    stack: list[tuple[str, Any, int]] = [("spec", root, 0)]
    while stack:
        tag, value, depth = stack.pop()
        inner = list(_entries(value))
        parts = [(name, child) for name, child in inner if _has_parts(child)]
        style = {name[:60]: _told(child) for name, child in inner[:200] if not _has_parts(child)}
        yield Node(tag[:40], "", depth, "", style)
        stack.extend((name, child, min(depth + 1, _DEPTH)) for name, child in reversed(parts[: 2 * MAX_NODES]))


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from (("[]", item) for item in value)


def _has_parts(value: Any) -> bool:
    """Whether a value is told as nodes of its own: objects, and lists of objects that are no rows of data."""
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value[:50]) and not _is_data(value)


def _is_data(rows: list[Any]) -> bool:
    return len(rows) > 1 and all(_is_row(row) for row in rows[:50])


def _is_row(row: Any) -> bool:
    return isinstance(row, Mapping) and not any(isinstance(value, (dict, list)) for value in row.values())


def _told(value: Any) -> str:
    return _short(value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str))


def _short(text: str) -> str:
    """The text with single spaces; a long one as its beginning and a checksum, so that no change in it is missed."""
    words = " ".join(text.split())
    return words if len(words) <= _WHOLE else f"{words[:60]}... #{zlib.crc32(words.encode('utf-8', 'replace')):08x}"
