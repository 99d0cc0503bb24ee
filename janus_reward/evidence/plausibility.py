"""Signals of the family `code` for short snippets: calls that cannot work, names and literals that nobody asked for.

Only what Python itself guarantees is judged: methods of literals, functions of well-known modules of the standard
library, and the arguments of builtin functions. A name that the snippet takes from its surroundings is no fault when
the instruction mentions it.
"""

from __future__ import annotations

import ast
import builtins
import collections
import datetime
import functools
import inspect
import itertools
import json
import math
import operator
import os
import random
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any

from janus_reward.evidence.lexis import words_of
from janus_reward.evidence.pycode import PythonCode, dotted
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_LIMIT = 2_000
_MODULES: Mapping[str, object] = MappingProxyType(
    {
        module.__name__: module
        for module in (collections, datetime, functools, itertools, json, math, operator, os, random, re)
    }
)
_LITERALS: tuple[tuple[type | tuple[type, ...], type], ...] = (
    (ast.JoinedStr, str),
    ((ast.List, ast.ListComp), list),
    ((ast.Dict, ast.DictComp), dict),
    ((ast.Set, ast.SetComp), set),
    (ast.Tuple, tuple),
)
_MADE = {"str": str, "list": list, "dict": dict, "set": set, "tuple": tuple, "sorted": list, "int": int, "float": float}
_METHOD_RESULTS: dict[tuple[type, str], type] = {
    (str, "split"): list,
    (str, "splitlines"): list,
    (str, "join"): str,
    (str, "strip"): str,
    (str, "replace"): str,
    (str, "lower"): str,
    (str, "upper"): str,
    (str, "format"): str,
    (str, "encode"): bytes,
    (bytes, "decode"): str,
}
_WELL_KNOWN = frozenset(
    {"np", "pd", "plt", "re", "os", "sys", "df", "self", "tk", "sns", "nx", "px", "go", "ax", "fig"}
)
_WELL_KNOWN |= set(_MODULES) | {
    "ax",
    "fig",
    "numpy",
    "pandas",
    "subprocess",
    "urllib",
    "requests",
    "shutil",
    "csv",
    "pickle",
}
_PLAIN = frozenset({0, 1, -1, 2, "", " ", "\n", ",", None})


def _checked(view: View) -> PythonCode | None:
    return view.python if view.python and view.python.tree is not None else None


@signal("code.impossible_calls", unit="count", high=inf)
def impossible_calls(view: View) -> float | None:
    """Number of calls that Python refuses: a method that a literal lacks, wrong arguments of a builtin (Python)."""
    tree = _checked(view)
    if not tree:
        return None
    own = _assigned(tree)
    return sum(_refused(node, own) for node in tree.nodes[: 10 * _LIMIT] if isinstance(node, ast.Call))


def _assigned(tree: PythonCode) -> frozenset[str]:
    """Names that the code gives a meaning of its own."""
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in tree.nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
        if alias.asname or not isinstance(node, ast.Import)
    }
    return tree.assigned | imported


def _refused(call: ast.Call, own: frozenset[str]) -> bool:
    function = _function(call.func, own)
    if function is None:
        return False
    if function is _ABSENT:
        return True
    return not _accepts(
        function, call, bound=isinstance(call.func, ast.Attribute) and _type(call.func.value, own) is not None
    )


_ABSENT = object()


def _function(node: ast.expr, own: frozenset[str]) -> Any:
    """What is called: a builtin, a method, a function of a module; `_ABSENT` when it does not exist; `None` unknown."""
    if isinstance(node, ast.Name):
        return getattr(builtins, node.id, None) if node.id not in own else None
    if not isinstance(node, ast.Attribute):
        return None
    owner = _type(node.value, own)
    if owner is None and isinstance(node.value, ast.Name) and node.value.id not in own:
        module = _MODULES.get(node.value.id)
        return (
            None
            if module is None or node.value.id == "path"
            else getattr(module, node.attr, _from_class(module, node.attr))
        )
    return None if owner is None else getattr(owner, node.attr, _ABSENT)


def _from_class(module: object, name: str) -> object:
    """`datetime.strptime` and `time.min` mean the classes that share the name of their module."""
    inner = getattr(module, str(getattr(module, "__name__", "")), None)
    return None if inner is not None and hasattr(inner, name) else _ABSENT


def _type(node: ast.expr, own: frozenset[str], depth: int = 0) -> type | None:
    """The type of an expression, where a literal or a builtin makes it certain."""
    if isinstance(node, ast.Constant):
        return type(node.value) if isinstance(node.value, (str, bytes, int, float)) else None
    for kinds, made in _LITERALS:
        if isinstance(node, kinds):
            return made
    if not isinstance(node, ast.Call) or depth > 20:
        return None
    if isinstance(node.func, ast.Name) and node.func.id not in own:
        return _MADE.get(node.func.id)
    if isinstance(node.func, ast.Attribute) and (owner := _type(node.func.value, own, depth + 1)):
        return _METHOD_RESULTS.get((owner, node.func.attr))
    return None


@cache
def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (ValueError, TypeError):
        return None


def _accepts(function: Any, call: ast.Call, bound: bool) -> bool:
    """Whether the arguments fit; true where the function does not tell or the call unpacks something."""
    unpacks = any(isinstance(argument, ast.Starred) for argument in call.args)
    if unpacks or any(keyword.arg is None for keyword in call.keywords) or not callable(function):
        return callable(function)
    told = _signature(function)
    if told is None or len(call.args) > 50:
        return True
    own = [None] if bound and not isinstance(function, type) and not inspect.isbuiltin(function) else []
    try:
        told.bind(*own, *call.args, **{str(keyword.arg): None for keyword in call.keywords})
    except TypeError:
        return False
    return True


@signal("code.unasked_names", unit="count", high=inf)
def unasked_names(view: View) -> float | None:
    """Number of different names that the code uses, never makes and the instruction does not mention (Python)."""
    tree = _checked(view)
    if not tree or view.instruction is None:
        return None
    asked = _asked_words(view)
    missing = {name for kind, name in tree.findings if kind == "undefined"} - _WELL_KNOWN
    return sum(name.lower() not in asked for name in missing)


def _asked_words(view: View) -> frozenset[str]:
    text = (view.triple.instruction or "")[:20_000]
    whole = {word.lower() for word in re.findall(r"\w+", text)}
    return frozenset(whole | words_of(text))


@signal("alignment.literals_asked")
def literals_asked(view: View) -> float | None:
    """Share of the literals in at most 50 lines of Python that the instruction names too; plain ones left out."""
    tree = _checked(view)
    if not tree or view.instruction is None or len(view.lexis.stripped.splitlines()) > 50:
        return None
    text = re.sub(r"\s+", "", (view.triple.instruction or "")[:20_000]).lower()
    found = list(_literals(tree))
    return sum(_compact(value) in text for value in found) / len(found) if found else None


def _literals(tree: PythonCode) -> Iterator[str]:
    told = {id(node.value) for node in tree.nodes if isinstance(node, ast.Expr)}
    for node in tree.nodes[:_LIMIT]:
        if isinstance(node, ast.Constant) and id(node) not in told and isinstance(node.value, (str, int, float)):
            if node.value in _PLAIN:
                continue
            yield str(node.value) if not isinstance(node.value, int) or abs(node.value) < 10**30 else ""


def _compact(value: str) -> str:
    return re.sub(r"\s+", "", value[:500]).lower()


@signal("alignment.calls_asked")
def calls_asked(view: View) -> float | None:
    """Share of the words in the names of called functions that the instruction uses too, by stem (Python)."""
    tree = _checked(view)
    if not tree or view.instruction is None:
        return None
    called = {
        name.rpartition(".")[2]
        for node in tree.nodes[: 10 * _LIMIT]
        if isinstance(node, ast.Call)
        if (name := _last(node.func))
    }
    words = {word for name in called for word in words_of(name.rpartition(".")[2]) if len(word) > 2}
    asked = {word[:5] for word in _asked_words(view)}
    return sum(word[:5] in asked for word in words) / len(words) if words else None


def _last(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else dotted(function)
