"""What can be said about a drawn page without an opinion: its facts, under the names of docs/render-facts.md."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

MAX_TEXTS, MAX_LIST, MAX_CHARS = 2000, 50, 500


@functools.cache
def script(name: str) -> str:
    """A script of the `page` folder, e.g. `clock.js`: one JavaScript function expression."""
    return (resources.files(__package__) / "page" / name).read_text(encoding="utf-8").strip()


def called(name: str, **arguments: Any) -> str:
    """The source that calls a script of the `page` folder with one object of arguments."""
    return f"{script(name)}({json.dumps(arguments)})"


@functools.cache
def expression() -> str:
    """JavaScript whose value is the facts of the page it runs in."""
    return called("facts.js", texts=MAX_TEXTS, list=MAX_LIST, chars=MAX_CHARS)


def checked(seen: Any) -> dict[str, Any]:
    """The facts a page's script returned, with nothing in them but what the schema knows; absent when malformed."""
    if not isinstance(seen, Mapping):
        return {}
    facts: dict[str, Any] = {}
    for name in ("texts", "colors"):
        if isinstance(seen.get(name), list) and seen[name]:
            facts[name] = seen[name][:MAX_TEXTS]
    for name in ("elements", "widgets", "marks", "overflow"):
        if isinstance(seen.get(name), Mapping) and seen[name]:
            facts[name] = dict(seen[name])
    if isinstance(seen.get("broken_images"), int):
        facts["broken_images"] = seen["broken_images"]
    return facts


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
