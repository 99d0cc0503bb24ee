"""Python code with its syntax tree and the position of every node, for edits that keep comments and layout."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from janus_reward.corrupt.splice import Edit, spliced, whole_lines


@dataclass(frozen=True, slots=True)
class Text:
    """A plain text constant: its node and what it says."""

    node: ast.Constant
    value: str


class PythonSource:
    """Parsed Python.

    Args:
        code: the text.

    Raises:
        ValueError: it does not parse, or is nested too deeply to walk.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.tree = ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise ValueError(f"not Python: {type(error).__name__}") from error
        lines = code.encode("utf-8", "surrogatepass").split(b"\n")
        self._lines = lines
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line.decode("utf-8", "surrogatepass")) + 1)

    @classmethod
    def read(cls, code: str) -> PythonSource | None:
        """Parse, or `None` when it is no Python."""
        return _read(code)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes in the order of the text (as `ast.walk` gives them, then sorted by position)."""
        found = [node for node in ast.walk(self.tree) if hasattr(node, "lineno")]
        return sorted(found, key=lambda node: self.span(node))

    @cached_property
    def calls(self) -> list[ast.Call]:
        """All calls."""
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def bodies(self) -> list[list[ast.stmt]]:
        """Every block of statements."""
        fields = ("body", "orelse", "finalbody")
        blocks = (getattr(node, field, None) for node in ast.walk(self.tree) for field in fields)
        return [block for block in blocks if isinstance(block, list) and block]

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """Values of names that are assigned exactly once, at the top level."""
        values: dict[str, ast.expr] = {}
        twice: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                (twice if node.id in values else set()).add(node.id)
                values.setdefault(node.id, node)
        found = {
            target.id: statement.value
            for statement in self.tree.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        return {name: value for name, value in found.items() if name not in twice}

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Start and end of a node as positions in the text."""
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def text(self, node: ast.AST) -> str:
        """The source of a node."""
        start, end = self.span(node)
        return self.code[start:end]

    def named(self, *names: str) -> list[ast.Call]:
        """Calls of a function or method with one of these names."""
        return [call for call in self.calls if called(call) in names]

    def value(self, node: ast.expr | None) -> ast.expr | None:
        """The expression itself, or what the name was assigned."""
        return self.constants.get(node.id, node) if isinstance(node, ast.Name) else node

    def string(self, node: ast.expr | None) -> Text | None:
        """The plain text constant behind an expression, if that is what it is (also through a name)."""
        value = self.value(node)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return Text(value, value.value)
        return None

    def statements(self, holds: Callable[[ast.stmt], bool]) -> Iterator[tuple[ast.stmt, list[ast.stmt]]]:
        """Statements for which `holds`, each with the block it stands in."""
        for body in self.bodies:
            yield from ((statement, body) for statement in body if holds(statement))

    def replaced(self, node: ast.AST | Text, text: str) -> Edit:
        """The edit that puts other text in place of a node."""
        return Edit(*self.span(node.node if isinstance(node, Text) else node), text)

    def cut(self, statement: ast.stmt, body: list[ast.stmt]) -> Edit:
        """The edit that takes a statement out; the last one of its block becomes `pass`."""
        start, end = self.span(statement)
        if len(body) == 1:
            return Edit(start, end, "pass")
        return Edit(*whole_lines(self.code, start, end), "")

    def cut_calls(self, calls: list[ast.Call]) -> list[Edit]:
        """Edits that take out the statements which are nothing but one of these calls; a whole block becomes `pass`."""
        wanted = set(calls)

        def plain(statement: ast.stmt) -> bool:
            return isinstance(statement, ast.Expr) and statement.value in wanted

        edits = []
        for body in self.bodies:
            hit = [statement for statement in body if plain(statement)]
            for number, statement in enumerate(hit):
                keep = number == 0 and len(hit) == len(body)
                edits.append(self.cut(statement, body[:1] if keep else [*body, statement]))
        return edits

    def cut_keywords(self, call: ast.Call, names: tuple[str, ...]) -> list[Edit]:
        """Edits that take keyword arguments out of a call, with a comma each."""
        given = sorted([*call.args, *call.keywords], key=self.span)
        edits, kept = [], False
        for number, argument in enumerate(given):
            start, end = self.span(argument)
            if not (isinstance(argument, ast.keyword) and argument.arg in names):
                kept = True
            elif kept:
                edits.append(Edit(self.span(given[number - 1])[1], end, ""))
            else:
                after = self.span(given[number + 1])[0] if number + 1 < len(given) else self.span(call)[1] - 1
                edits.append(Edit(start, after, ""))
        return edits

    def edited(self, edits: list[Edit]) -> str | None:
        """The text with the edits, or `None` when there are none or it no longer parses."""
        if not edits:
            return None
        text = spliced(self.code, edits)
        return text if PythonSource.read(text) is not None else None

    def before_the_end(self, lines: list[str]) -> str | None:
        """The text with lines put before the last statement at the top level that shows or saves a picture."""
        last = [statement for statement in self.tree.body if self._shows(statement)]
        if not last or not self._draws(lines):
            return None
        at = self.code.rfind("\n", 0, self.span(last[0])[0]) + 1
        return self.edited([Edit(at, at, "".join(f"{line}\n" for line in lines))])

    def after_imports(self, lines: list[str]) -> str | None:
        """The text with lines put after the last import at the top level."""
        imports = [node for node in self.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        if not imports or not self._draws(lines):
            return None
        at = self.code.find("\n", self.span(imports[-1])[1]) + 1
        return self.edited([Edit(at, at, "".join(f"{line}\n" for line in lines))]) if at else None

    def _draws(self, lines: list[str]) -> bool:
        """Whether the names that the lines use are imported."""
        return "pyplot as plt" in self.code or not any("plt." in line for line in lines)

    def _shows(self, statement: ast.stmt) -> bool:
        names = {"show", "savefig", "tight_layout", "write_image", "write_html"}
        return (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and called(statement.value) in names
        )

    def _at(self, line: int, column: int) -> int:
        """Position in characters of a line (from 1) and a column in UTF-8 bytes, as the tree counts."""
        return self._starts[line - 1] + len(self._lines[line - 1][:column].decode("utf-8", "replace"))


@lru_cache(maxsize=4)
def _read(code: str) -> PythonSource | None:
    """Parsed once for all kinds of damage to the same code: nobody changes a source that was read."""
    try:
        return PythonSource(code)
    except ValueError:
        return None


def called(call: ast.Call) -> str:
    """The last part of the name that is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((word.value for word in call.keywords if word.arg == name), None)


def quoted(text: str) -> str:
    """The text as a Python literal."""
    return repr(text)
