"""The element tree of a drawn page, as a fact: checked and bounded, whatever the page returned."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

MAX_NODES, MAX_CHARS = 1500, 200
_MAX_PROPERTIES = 150
_MAX_BYTES = 400_000


def checked_tree(seen: Any) -> dict[str, Any] | None:
    """The `tree` fact, cut where it passes 400,000 characters, or `None` when what the page returned is none.

    `styles` is a list of {property: value}; `nodes`, in document order, have `tag`, `depth`, `style` (index) and
    perhaps `name` (`#id.class`), `text`, `box`, and `before` / `after` (indexes of the styles of pseudo elements).
    """
    if (
        not isinstance(seen, Mapping)
        or not isinstance(seen.get("styles"), list)
        or not isinstance(seen.get("nodes"), list)
    ):
        return None
    styles = _kept([_style(style) for style in seen["styles"][: 3 * MAX_NODES]])
    nodes = _kept([node for item in seen["nodes"][:MAX_NODES] if (node := _node(item, len(styles))) is not None])
    return {"styles": styles, "nodes": nodes} if nodes else None


def _kept(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first items, as many as fit."""
    ends = itertools.accumulate(sum(len(name) + len(str(value)) for name, value in item.items()) for item in items)
    return [item for item, end in zip(items, ends, strict=True) if end <= _MAX_BYTES // 2]


def _style(style: Any) -> dict[str, str]:
    if not isinstance(style, Mapping):
        return {}
    told = [(name, value) for name, value in style.items() if isinstance(name, str) and isinstance(value, str)]
    return {name[:60]: value[:MAX_CHARS] for name, value in told[:_MAX_PROPERTIES]}


def _node(item: Any, styles: int) -> dict[str, Any] | None:
    if not isinstance(item, Mapping) or not isinstance(item.get("tag"), str):
        return None
    node: dict[str, Any] = {"tag": item["tag"][:40]}
    for key in ("depth", "style", "before", "after"):
        value = item.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < (styles if key != "depth" else 100):
            node[key] = value
    for key in ("name", "text"):
        if isinstance(item.get(key), str):
            node[key] = item[key][:MAX_CHARS]
    box = item.get("box")
    if isinstance(box, list) and len(box) == 4 and all(_finite(side) for side in box):
        node["box"] = box
    return node


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9 and math.isfinite(value)
