"""Renaming of the variables of a Python program, without a change of what it does."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable

from janus_reward.corrupt.python_source import PythonSource
from janus_reward.corrupt.splice import Edit

_TAKEN = frozenset(dir(builtins))


def renamed(code: str, name_of: Callable[[int, str], str], *, least: int = 1) -> str | None:
    """The code with the variables that are assigned at its top level called otherwise.

    `name_of` makes the new name from the number of the variable (from 0) and its old name. `None` when fewer than
    `least` variables can be renamed safely: variables that f-strings use keep their names, and code that looks names
    up by text is left alone.
    """
    source = PythonSource.read(code)
    if source is None or any(
        word in code for word in ("globals(", "locals(", "vars(", "eval(", "exec(", "global ", ".query(")
    ):
        return None
    names = [name for name in _variables(source) if name not in _TAKEN]
    if len(names) < least:
        return None
    new = {name: name_of(number, name) for number, name in enumerate(names)}
    if set(new.values()) & _all_names(source):
        return None
    return source.edited([edit for node in source.nodes if (edit := _edit(source, node, new))])


def _variables(source: PythonSource) -> list[str]:
    """Names assigned at the top level, in order, that no import, function, parameter or f-string uses."""
    other: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            other.add(node.name)
        elif isinstance(node, ast.arg):
            other.add(node.arg)
        elif isinstance(node, ast.alias):
            other.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.JoinedStr):
            other |= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    stored = [node.id for node in source.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return [name for name in dict.fromkeys(stored) if name not in other and not name.startswith("_")]


def _all_names(source: PythonSource) -> set[str]:
    return {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}


def _edit(source: PythonSource, node: ast.AST, new: dict[str, str]) -> Edit | None:
    if isinstance(node, ast.Name) and node.id in new and source.text(node) == node.id:
        return source.replaced(node, new[node.id])
    return None
