"""Calls, elements and attributes that their makers have deprecated: the table `deprecated.yaml`, and who uses it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from janus_reward.evidence.pycode import PythonCode, dotted

_TABLE = Path(__file__).with_name("deprecated.yaml")
_ARGUMENT = re.compile(r"(\w+)\((\w+)=\)")


@dataclass(frozen=True, slots=True)
class Deprecated:
    """The table, ready for look-up.

    Args:
        names: full names of Python functions and attributes.
        methods: names of methods whatever the object.
        arguments: (function, argument).
        script: word of JavaScript to its pattern over code without comments and strings.
        markup: names of elements, and `tag@attribute`.
    """

    names: frozenset[str]
    methods: frozenset[str]
    arguments: frozenset[tuple[str, str]]
    script: dict[str, re.Pattern[str]]
    markup: frozenset[str]


@cache
def table() -> Deprecated:
    """Read the table once."""
    read: dict[str, Any] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    python = [str(name) for name in read["python"]]
    return Deprecated(
        names=frozenset(name for name in python if "(" not in name and name[0] != "."),
        methods=frozenset(name[1:] for name in python if name[0] == "."),
        arguments=frozenset(match.group(1, 2) for name in python if (match := _ARGUMENT.fullmatch(name))),  # type: ignore[misc]
        script={str(word): re.compile(_whole(str(word))) for word in read["javascript"]},
        markup=frozenset(map(str, read["html"])),
    )


def _whole(word: str) -> str:
    """Pattern of a word that neither starts nor ends inside of another one."""
    before = "" if word.startswith(".") else r"(?<![\w$.])"
    return before + re.escape(word) + (r"(?![\w$])" if word[-1].isalnum() else "")


def in_python(code: PythonCode) -> tuple[str, ...]:
    """Deprecated names and arguments that the code uses, one for each place, in order of the walk."""
    known = table()
    found: list[str] = []
    for node in code.nodes:
        if isinstance(node, ast.Attribute):
            found += _attribute(node, code.aliases, known)
        elif isinstance(node, ast.Call):
            name = _last(node.func)
            found += [f"{name}({k.arg}=)" for k in node.keywords if k.arg and (name, k.arg) in known.arguments]
        elif isinstance(node, ast.Name) and code.aliases.get(node.id) in known.names:
            found.append(code.aliases[node.id])
    return tuple(found)


def _attribute(node: ast.Attribute, aliases: dict[str, str], known: Deprecated) -> list[str]:
    name = dotted(node)
    head, dot, rest = name.partition(".")
    full = aliases.get(head, head) + dot + rest
    if full in known.names:
        return [full]
    return [f".{node.attr}"] if node.attr in known.methods and head not in aliases else []


def _last(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def in_script(bare: str) -> tuple[str, ...]:
    """Deprecated names in JavaScript from which comments and strings were taken."""
    return tuple(name for word, whole in table().script.items() if word in bare for name in whole.findall(bare))


def in_markup(elements: dict[str, int], attributes: dict[tuple[str, str], int]) -> int:
    """How many deprecated elements and attributes a page holds.

    Args:
        elements: tag to count.
        attributes: (tag, attribute) to count.
    """
    known = table().markup
    old = sum(count for tag, count in elements.items() if tag in known)
    return old + sum(
        count for (tag, name), count in attributes.items() if f"{tag}@{name}" in known or f"*@{name}" in known
    )
