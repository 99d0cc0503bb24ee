"""Data that an instruction gives as code (`scores = [65, 78, 72]`), held against the code. Signal of `alignment`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_ASSIGNED = re.compile(
    r"^[ \t]{0,20}(?P<name>[A-Za-z_]\w{0,60})[ \t]{0,4}=(?!=)[ \t]{0,4}(?=[\[({\"'\d-])", re.MULTILINE
)
_CLOSES = {"[": "]", "(": ")", "{": "}"}
_LONGEST, _MOST = 4_000, 100


def given_literals(text: str) -> dict[str, Any]:
    """Names to which a text assigns lists, strings and numbers, at most a hundred; the first value counts."""
    found: dict[str, Any] = {}
    for match in list(_ASSIGNED.finditer(text))[:_MOST]:
        value = _literal(_written(text[match.end() : match.end() + _LONGEST]))
        if value is not None:
            found.setdefault(match["name"], value)
    return found


def _written(rest: str) -> str:
    """The value at the start of a text: to its closing bracket, else to the end of its line."""
    closing = _CLOSES.get(rest[:1])
    if closing is None:
        return rest.partition("\n")[0].partition(" #")[0]
    depth = 0
    for at, sign in enumerate(rest):
        depth += (sign == rest[0]) - (sign == closing)
        if depth == 0:
            return rest[: at + 1]
    return ""


def _literal(written: str) -> Any:
    try:
        return ast.literal_eval(written.strip().rstrip(","))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _set(view: View) -> Mapping[str, list[Any]]:
    """All values that the code itself gives to a name, as far as they are literals; `None` for what is computed."""
    found: dict[str, list[Any]] = {}
    for name, value in _assignments(view):
        found.setdefault(name, []).append(value)
    return found


def _assignments(view: View) -> Iterator[tuple[str, Any]]:
    for node in view.python.nodes if view.python else ():
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(target := node.targets[0], ast.Name):
            try:
                yield target.id, ast.literal_eval(node.value)
            except (ValueError, TypeError, MemoryError, RecursionError):
                yield target.id, None


@signal("alignment.literals_kept")
def literals_kept(view: View) -> float | None:
    """Share of the data given as code that the code sets to the same value under the same name (Python)."""
    if view.instruction is None or view.python is None:
        return None
    given = given_literals(view.instruction.text)
    own = view.once(_set) if given else {}
    both = [(value, own[name]) for name, value in given.items() if any(item is not None for item in own.get(name, ()))]
    return sum(value in values for value, values in both) / len(both) if both else None
