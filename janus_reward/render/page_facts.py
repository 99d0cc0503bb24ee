"""What can be said about a drawn page without an opinion: its facts, under the names of docs/render-facts.md."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from janus_reward.render.page_tree import MAX_NODES, checked_tree

MAX_TEXTS, MAX_LIST, MAX_CHARS = 2000, 50, 500


@functools.cache
def script(name: str) -> str:
    """A script of the `page` folder, e.g. `clock.js`: one JavaScript function expression."""
    return (resources.files(__package__) / "page" / name).read_text(encoding="utf-8").strip()


def called(name: str, **arguments: Any) -> str:
    """The source that calls a script of the `page` folder with one object of arguments."""
    return f"{script(name)}({json.dumps(arguments)})"


CONTROLS = "button, [role=button], input:not([type=hidden]), select, textarea"
"""Selector of the controls of a page; every script that speaks of controls counts them in this order."""


@dataclass(frozen=True, slots=True)
class FactScript:
    """A script of the `page` folder whose value is an object of facts.

    Args:
        file: its name.
        arguments: the bounds it is given.
        in_page: run in the page's own world, with the console's functions; else in a world apart.
    """

    file: str
    arguments: Mapping[str, Any]
    in_page: bool = False

    @property
    def expression(self) -> str:
        """JavaScript whose value is the facts of the page it runs in."""
        return called(self.file, **self.arguments)


_BOUNDS = {"list": MAX_LIST, "controls": 100, "selector": CONTROLS}
SCRIPTS: tuple[FactScript, ...] = (
    FactScript("facts.js", {"texts": MAX_TEXTS, "list": MAX_LIST, "chars": MAX_CHARS}),
    FactScript("layout.js", {"boxes": 600, "list": MAX_LIST, "looked": 5000, "pairs": 400}),
    FactScript("controls.js", {**_BOUNDS, "ids": 300}),
    FactScript("tree.js", {"nodes": MAX_NODES, "chars": 200}),
    FactScript("wiring.js", {**_BOUNDS, "looked": 3000}, in_page=True),
)
"""What is asked of a drawn page, in this order."""

_LISTS = {
    **{"texts": MAX_TEXTS, "colors": MAX_LIST, "boxes": 600, "controls": 100, "ids": 300, "images": MAX_LIST},
    **{"canvases": MAX_LIST, "drawings": MAX_LIST, "headings": MAX_LIST},
}
_MAPPINGS: tuple[str, ...] = ("elements", "widgets", "marks", "overflow", "sections", "landmarks", "clipping")
_MAPPINGS += ("overlaps", "offscreen", "links", "handlers")
_WHEN_SOME = frozenset({"texts", "colors", "elements", "widgets", "marks", "overflow", "landmarks"})


def checked(seen: Any) -> dict[str, Any]:
    """The facts a page's script returned, with nothing in them but what the schema knows; absent when malformed."""
    if not isinstance(seen, Mapping):
        return {}
    facts: dict[str, Any] = {}
    for name, limit in _LISTS.items():
        if isinstance(seen.get(name), list):
            facts[name] = _bounded(seen[name], limit)
    for name in _MAPPINGS:
        if isinstance(seen.get(name), Mapping):
            facts[name] = _bounded(seen[name], MAX_LIST)
    if (tree := checked_tree(seen.get("tree"))) is not None:
        facts["tree"] = tree
    if isinstance(seen.get("broken_images"), int):
        facts["broken_images"] = seen["broken_images"]
    return {name: value for name, value in facts.items() if value or name not in _WHEN_SOME}


def joined(facts: dict[str, Any], wiring: Any) -> None:
    """Add to the controls what they listen to, and take back what was read off canvases that cannot be read."""
    if not isinstance(wiring, Mapping):
        return
    for control, listens in _matched(facts.get("controls"), wiring.get("listens")):
        control["listens"] = _bounded(listens, 20)
    for canvas, context in _matched(facts.get("canvases"), wiring.get("contexts")):
        if isinstance(context, str) and context:
            canvas["context"] = context[:40]
        if "webgl" in canvas.get("context", "") and not canvas.get("drawn"):
            canvas.pop("drawn", None)
            canvas.pop("colors", None)


def _matched(items: Any, others: Any) -> Iterable[tuple[dict[str, Any], Any]]:
    fits = isinstance(items, list) and isinstance(others, list) and len(items) == len(others)
    return zip(items, others, strict=True) if fits else ()


def _bounded(value: Any, limit: int, depth: int = 4) -> Any:
    """JSON data with no string, list or object in it longer than facts may hold."""
    if isinstance(value, str):
        return value[:MAX_CHARS]
    if depth == 0:
        return None
    if isinstance(value, list):
        return [_bounded(item, MAX_LIST, depth - 1) for item in value[:limit]]
    if isinstance(value, Mapping):
        items = itertools.islice(value.items(), 60)
        return {str(key)[:100]: _bounded(item, MAX_LIST, depth - 1) for key, item in items}
    return value


class Notes:
    """A bounded list of short strings, in the order they came; the same one twice is kept once."""

    def __init__(self, limit: int = MAX_LIST) -> None:
        self._limit = limit
        self._kept: dict[str, None] = {}

    def add(self, text: str) -> None:
        """Keep a text, cut to the length that facts may have."""
        if len(self._kept) < self._limit:
            self._kept[" ".join(text.split())[:MAX_CHARS]] = None

    def __iter__(self) -> Any:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)
