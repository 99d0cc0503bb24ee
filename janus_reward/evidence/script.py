"""JavaScript by its brackets and by lizard: whether it closes what it opens, and how complex its functions are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import lizard

from janus_reward.evidence.lexis import without_literals

_LIZARD_LIMIT = 60_000
_FUNCTIONS = 400
_BODY = 5_000
_CURLY = re.compile(r"[{}]")
_PAIRS = {")": "(", "]": "[", "}": "{"}
_BRACKET = re.compile(r"[()\[\]{}]")
_DEFINED = re.compile(r"\bfunction\s+([A-Za-z_$][\w$]*)|\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)")
_FUNCTION = re.compile(r"\bfunction\s{0,9}[\w$]{0,80}\s{0,9}\((?P<taken>[^(){}]{0,400})\)\s{0,9}\{")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class Brackets:
    """The balance: `left_open` at the end, whether a `mismatch` stopped the reading, `depth` of the curly ones."""

    left_open: int
    mismatch: bool
    depth: int


def brackets(code: str) -> Brackets:
    """Match brackets outside of strings, comments and regular expressions."""
    stack: list[str] = []
    curly = deepest = 0
    for match in _BRACKET.finditer(without_literals(code, "javascript")):
        mark = match.group()
        if mark not in _PAIRS:
            stack.append(mark)
            curly += mark == "{"
            deepest = max(deepest, curly)
            continue
        if not stack or stack[-1] != _PAIRS[mark]:
            return Brackets(len(stack), True, deepest)
        stack.pop()
        curly -= mark == "}"
    return Brackets(len(stack), False, deepest)


def complexities(code: str) -> tuple[int, ...]:
    """Cyclomatic complexity of every function, by lizard; empty when the code is too long for it."""
    return tuple(int(function.cyclomatic_complexity) for function in _functions(code))


def lengths(code: str) -> tuple[int, ...]:
    """Lines of every function without comments and empty lines, by lizard; empty when the code is too long for it."""
    return tuple(int(function.nloc) for function in _functions(code))


@lru_cache(maxsize=2)
def _functions(code: str) -> tuple[Any, ...]:
    if not code.strip() or len(code) > _LIZARD_LIMIT:
        return ()
    return tuple(lizard.analyze_file.analyze_source_code("script.js", code).function_list)


def defined_names(stripped: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of functions and of variables that the code declares, each in order."""
    functions: list[str] = []
    variables: list[str] = []
    for match in _DEFINED.finditer(stripped):
        (functions if match.group(1) else variables).append(match.group(1) or match.group(2))
    return tuple(functions), tuple(variables)


def unmentioned(names: tuple[str, ...], everywhere: str) -> int:
    """How many of the names occur in the text only where they are defined."""
    seen: dict[str, int] = dict.fromkeys(names, 0)
    for match in _IDENTIFIER.finditer(everywhere):
        name = match.group()
        if name in seen:
            seen[name] += 1
    return sum(1 for count in seen.values() if count <= 1)


def unused_parameters(stripped: str) -> int:
    """Parameters that their function never mentions, in JavaScript or R; lone parameters (callbacks) are left out."""
    return sum(
        name not in set(_IDENTIFIER.findall(stripped, match.end(), _closing(stripped, match.end())))
        for match in list(_FUNCTION.finditer(stripped))[:_FUNCTIONS]
        for name in _taken(match["taken"])
    )


def _taken(parameters: str) -> list[str]:
    names = [part.partition("=")[0].strip() for part in parameters.split(",") if part.strip()]
    return [name for name in names if _IDENTIFIER.fullmatch(name) and name[0] != "_"] if len(names) > 1 else []


def _closing(code: str, start: int) -> int:
    """Where the curly bracket that is open at `start` closes; the end of the code when it does not."""
    depth = 1
    for match in _CURLY.finditer(code, start, start + _BODY):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return min(len(code), start + _BODY)
