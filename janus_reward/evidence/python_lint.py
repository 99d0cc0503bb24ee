"""Habits in Python code that a linter would name, read from the tree: comments and docstrings never count."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator

from pyflakes import messages

from janus_reward.evidence.pycode import PythonCode, dotted

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
_BUILTINS -= {"copyright", "credits", "license", "exit", "quit"}
_PURE = frozenset({"sorted", "len", "sum", "min", "max", "abs", "round", "zip", "enumerate", "reversed", "range"})
_PURE_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "upper", "lower", "title", "capitalize", "startswith", "endswith", "zfill"}
)
_PURE_METHODS |= {"dropna", "fillna", "sort_values", "reset_index", "set_index", "groupby", "astype", "rename", "merge"}
_REPEATED, _LETTERS = 4, 6
_BUGS = (
    messages.RedefinedWhileUnused,
    messages.FStringMissingPlaceholders,
    messages.MultiValueRepeatedKeyLiteral,
    messages.IsLiteral,
    messages.AssertTuple,
    messages.IfTuple,
    messages.UnusedAnnotation,
    messages.StringDotFormatExtraPositionalArguments,
    messages.StringDotFormatMissingArgument,
    messages.PercentFormatPositionalCountMismatch,
)


def wildcard_imports(code: PythonCode) -> int:
    """`from module import *`."""
    return sum(
        isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names) for node in code.nodes
    )


def imports_in_loops(code: PythonCode) -> int:
    """Imports that a loop repeats."""
    found = {
        id(child)
        for node in code.nodes
        if isinstance(node, _LOOPS)
        for statement in (*node.body, *node.orelse)
        for child in ast.walk(statement)
        if isinstance(child, (ast.Import, ast.ImportFrom))
    }
    return len(found)


def globals_mutated(code: PythonCode) -> int:
    """Names that functions declare `global` to assign them."""
    return len({name for node in code.nodes if isinstance(node, ast.Global) for name in node.names})


def unused_results(code: PythonCode) -> int:
    """Statements that compute something and let it fall; the last one of the script may be there to be shown."""
    last = code.tree.body[-1] if code.tree and code.tree.body else None
    return sum(isinstance(node, ast.Expr) and node is not last and _idle(node.value) for node in code.nodes)


def _idle(value: ast.expr) -> bool:
    if isinstance(value, (ast.Compare, ast.BinOp, ast.Name, ast.List, ast.Tuple, ast.Dict)):
        return True
    if not isinstance(value, ast.Call):
        return False
    if any(keyword.arg == "inplace" for keyword in value.keywords):
        return False
    if isinstance(value.func, ast.Attribute):
        return value.func.attr in _PURE_METHODS
    return isinstance(value.func, ast.Name) and value.func.id in _PURE


def longest_function(code: PythonCode) -> int | None:
    """Lines of the longest function that hold a statement or a part of one, its docstring left out."""
    sizes = [
        len({line.lineno for statement in _told(function) for line in ast.walk(statement) if hasattr(line, "lineno")})
        for function in code.functions
    ]
    return max(sizes, default=None)


def _told(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body


def repeated_literals(code: PythonCode) -> int:
    """Different strings of six letters or more that stand four times or more; keys and docstrings left out."""
    passed = {id(node.value) for node in code.nodes if isinstance(node, ast.Expr)}
    passed |= {id(node.slice) for node in code.nodes if isinstance(node, ast.Subscript)}
    passed |= {id(key) for node in code.nodes if isinstance(node, ast.Dict) for key in node.keys}
    passed |= {id(item) for node in code.nodes if isinstance(node, (ast.List, ast.Tuple)) for item in node.elts}
    seen = Counter(
        node.value
        for node in code.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed
    )
    return sum(count >= _REPEATED and len(text) >= _LETTERS for text, count in seen.items())


def bug_risks(code: PythonCode) -> tuple[str, ...]:
    """Names of habits that breed bugs, one for each place: what pyflakes warns of, and the ones of this module."""
    found = [type(message).__name__ for message in code.messages if isinstance(message, _BUGS)]
    return (*found, *(name for node in code.nodes for name in _risks(node)))


def _risks(node: ast.AST) -> Iterator[str]:
    if isinstance(node, _FUNCTIONS):
        defaults = (*node.args.defaults, *(default for default in node.args.kw_defaults if default))
        yield from ("mutable default" for value in defaults if isinstance(value, (ast.List, ast.Dict, ast.Set)))
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in _BUILTINS:
        yield "hides a builtin"
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
        yield "named lambda"
    if isinstance(node, ast.Compare):
        yield from _comparison_risks(node)
    if isinstance(node, (ast.For, ast.comprehension)) and _counts_indices(node.iter):
        yield "index loop"


def _comparison_risks(node: ast.Compare) -> Iterator[str]:
    for operator, side in zip(node.ops, node.comparators, strict=True):
        if not isinstance(operator, (ast.Eq, ast.NotEq)):
            continue
        if isinstance(side, ast.Constant) and (side.value is None or isinstance(side.value, bool)):
            yield "equality with a singleton"
    if isinstance(node.left, ast.Call) and dotted(node.left.func) == "type":
        yield "comparison of types"


def _counts_indices(iterated: ast.expr) -> bool:
    """`range(len(x))`."""
    return (
        isinstance(iterated, ast.Call)
        and dotted(iterated.func) == "range"
        and len(iterated.args) == 1
        and isinstance(iterated.args[0], ast.Call)
        and dotted(iterated.args[0].func) == "len"
    )
