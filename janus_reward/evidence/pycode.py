"""Python code as a tree: what parses, how it nests and branches, which names it makes and never uses."""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pyflakes import checker, messages

_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.comprehension, ast.match_case)
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)
_LITERALS = (ast.List, ast.Tuple, ast.Dict, ast.Set)
_COMMON_NUMBERS = frozenset({-1, 0, 0.5, 1, 2, 3, 10, 100})
_IDIOMS = frozenset("ijknxyztfgesvcrwhu_") | {"ax", "df", "fs", "np", "pd", "ys", "xs", "x1", "x2", "y1", "y2"}
_IDIOMS |= {"dx", "dy", "id", "gs", "cb", "nx", "go", "px", "st"}
_WARNINGS_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why code does not parse. `at_end`: the code stops in the middle of something, as a cut reply does."""

    message: str
    line: int | None
    at_end: bool


class PythonCode:
    """A parsed script. Every attribute but `failure` is empty or `None` when the code does not parse."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.failure: Failure | None = None
        self.tree = self._parse()

    def _parse(self) -> ast.Module | None:
        try:
            with _WARNINGS_LOCK, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.code)
        except SyntaxError as error:
            self.failure = Failure(str(error.msg), error.lineno, _stops_short(error, self.code))
        except (ValueError, RecursionError, MemoryError) as error:
            self.failure = Failure(f"{type(error).__name__}: cannot be parsed", None, False)
        return None

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree."""
        return tuple(ast.walk(self.tree)) if self.tree else ()

    @cached_property
    def functions(self) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
        """All functions and methods."""
        return tuple(node for node in self.nodes if isinstance(node, _FUNCTIONS))

    @cached_property
    def shape(self) -> tuple[tuple[int, ...], int]:
        """Cyclomatic complexity (McCabe 1976) of the module body and of every function; the deepest block nesting."""
        if self.tree is None:
            return (), 0
        complexity = [1]
        deepest = 0
        stack: list[tuple[ast.AST, int, int]] = [(self.tree, 0, 0)]
        while stack:
            node, unit, depth = stack.pop()
            if isinstance(node, _FUNCTIONS):
                unit = len(complexity)
                complexity.append(1)
            depth += isinstance(node, (*_BLOCKS, *_SCOPES))
            deepest = max(deepest, depth)
            complexity[unit] += _branches(node)
            stack.extend((child, unit, depth) for child in ast.iter_child_nodes(node))
        return tuple(complexity), deepest

    @cached_property
    def docstring_lines(self) -> int:
        """Lines inside docstrings of the module, its classes and functions."""
        lines = 0
        for node in self.nodes:
            if isinstance(node, (ast.Module, *_SCOPES)) and ast.get_docstring(node, clean=False) is not None:
                first = node.body[0]
                lines += (first.end_lineno or first.lineno) - first.lineno + 1
        return lines

    @cached_property
    def without_bare_strings(self) -> str:
        """The code with docstrings and other bare strings blanked: they do no more than comments."""
        lines = self.code.split("\n")
        for node in self.nodes:
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                last = min(node.end_lineno or node.lineno, len(lines))
                lines[node.lineno - 1 : last] = [""] * (last - node.lineno + 1)
        return "\n".join(lines)

    @cached_property
    def messages(self) -> tuple[messages.Message, ...]:
        """All that pyflakes says, in the order of the lines."""
        if self.tree is None:
            return ()
        try:
            found = checker.Checker(self.tree).messages
        except RecursionError:
            return ()
        return tuple(sorted(found, key=lambda message: (message.lineno, message.col)))

    @cached_property
    def findings(self) -> tuple[tuple[str, str], ...]:
        """Names that pyflakes finds unused or undefined, as (kind, name), in the order of the lines."""
        return tuple((kind, str(m.message_args[0])) for m in self.messages if (kind := _kind(m)) and m.message_args)

    @cached_property
    def assigned(self) -> frozenset[str]:
        """Names that the code gives to variables, functions and arguments; those of loops are left out."""
        loops = {
            name
            for node in self.nodes
            if isinstance(node, (ast.For, ast.comprehension))
            for name in _targets(node.target)
        }
        names = {node.id for node in self.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        names |= {node.name for node in self.nodes if isinstance(node, _SCOPES)}
        names |= {node.arg for node in self.nodes if isinstance(node, ast.arg)}
        return frozenset(names - loops)

    @cached_property
    def variables(self) -> frozenset[str]:
        """Names that the code gives to variables, loops and arguments; functions and classes are left out."""
        stored = {node.id for node in self.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        return frozenset(stored | {node.arg for node in self.nodes if isinstance(node, ast.arg)})

    @property
    def telling_names(self) -> int:
        """How many assigned names are longer than two letters or a common idiom (`x`, `ax`, `df`)."""
        return sum(1 for name in self.assigned if len(name.strip("_")) > 2 or name in _IDIOMS)

    @cached_property
    def calls(self) -> tuple[tuple[str, ast.Call], ...]:
        """Every call of a name, with its full name: `import os as o; o.system()` is `os.system`."""
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Call) and (name := dotted(node.func)):
                head, dot, rest = name.partition(".")
                found.append((self.aliases.get(head, head) + dot + rest, node))
        return tuple(found)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Imported name to what it stands for: `np` to `numpy`, `system` to `os.system`."""
        named: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                named.update({alias.asname: alias.name for alias in node.names if alias.asname})
            elif isinstance(node, ast.ImportFrom) and node.module:
                named.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        return named

    @cached_property
    def numbers(self) -> tuple[int, int]:
        """Numbers that nothing explains, and all numbers. Data literals and keyword arguments are explained."""
        magic = total = 0
        for node in self.nodes:
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, ast.Constant) or type(child.value) not in (int, float):
                    continue
                total += 1
                loose = isinstance(node, (ast.BinOp, ast.Compare, ast.Call, ast.Return))
                magic += loose and child.value not in _COMMON_NUMBERS
        return magic, total

    @cached_property
    def swallowed(self) -> int:
        """Handlers that hide an error: a bare `except`, or one whose body only passes."""
        return sum(1 for node in self.nodes if isinstance(node, ast.ExceptHandler) and _swallows(node))

    @cached_property
    def unused_parameters(self) -> int:
        """Parameters that their function never mentions; methods, `_names` and lone parameters (callbacks) left out."""
        return sum(_unused_parameters(function) for function in self.functions)

    @cached_property
    def dead(self) -> int:
        """Functions and classes that nothing mentions, and statements after a return, raise, break or continue."""
        used = {node.id for node in self.nodes if isinstance(node, ast.Name)}
        used |= {node.attr for node in self.nodes if isinstance(node, ast.Attribute)}
        body = self.tree.body if self.tree else []
        unused = sum(1 for node in body if isinstance(node, _FUNCTIONS) and node.name not in used)
        return unused + sum(_unreachable(block) for node in self.nodes for block in _bodies(node))


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain; empty when it does not start at a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def _branches(node: ast.AST) -> int:
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    return int(isinstance(node, _BRANCHES))


def _kind(message: messages.Message) -> str | None:
    if isinstance(message, (messages.UnusedImport, messages.UnusedVariable)):
        return "unused"
    if isinstance(message, (messages.UndefinedName, messages.UndefinedLocal)):
        return "undefined"
    return None


def _targets(node: ast.expr) -> Iterator[str]:
    return (child.id for child in ast.walk(node) if isinstance(child, ast.Name))


def _swallows(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or all(isinstance(statement, ast.Pass) for statement in handler.body)


def _unused_parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    taken = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    if len(taken) < 2 or taken[0] in ("self", "cls"):
        return 0
    used = {node.id for statement in function.body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return sum(name not in used and not name.startswith("_") for name in taken)


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block


def _unreachable(block: list[ast.stmt]) -> int:
    for position, statement in enumerate(block):
        if isinstance(statement, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            return len(block) - position - 1
    return 0


def _stops_short(error: SyntaxError, code: str) -> bool:
    message = str(error.msg)
    if "was never closed" in message or "unterminated triple-quoted" in message or "unexpected EOF" in message:
        return True
    last = len(code.rstrip().splitlines())
    at_last_line = (error.lineno or 0) >= last > 0
    return at_last_line and (
        "unterminated" in message or "expected an indented block" in message or "expected ':'" in message
    )
