"""Habits in JavaScript that a linter would name, by patterns over the code without comments and strings."""

from __future__ import annotations

import re
from collections import Counter

from janus_reward.evidence.lexis import scan, without_literals
from janus_reward.evidence.view import View

_EQUALITY = re.compile(r"(?<![=!<>])(?P<loose>[=!]=)(?!=)(?!\s{0,9}(?:null|undefined)\b)|(?P<strict>[=!]==)")
_DECLARED = re.compile(r"(?<![\w$.])(?P<kind>var|let|const)\s")
_LEFT_OVER = re.compile(r"(?<![\w$.])(?:console\.(?:log|debug|trace|dir)\s{0,9}\(|debugger\b|alert\s{0,9}\()")
_ASSIGNED = re.compile(r"(?:^|[;{}\n])\s{0,40}(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,9}=(?![=>])")
_MADE = re.compile(r"(?<![\w$])(?:var|let|const|function|class|import)\s[\s{\[]{0,9}(?P<name>[A-Za-z_$][\w$]{0,60})")
_LISTED = re.compile(r"[,({\[]\s{0,40}(?P<name>[A-Za-z_$][\w$]{0,60})")
_LITERAL = re.compile(r"\"([^\"\\\n]{6,80})\"|'([^'\\\n]{6,80})'")
_REPEATED = 4


def script_source(view: View) -> str | None:
    """The JavaScript without its comments; `None` where there is none."""
    return scan(view.javascript, "javascript").stripped if view.javascript else None


def bare_script(view: View) -> str | None:
    """The JavaScript without its comments and strings; `None` where there is none."""
    return without_literals(view.javascript, "javascript") if view.javascript else None


def loose_equality(bare: str) -> tuple[int, int]:
    """Comparisons with `==` or `!=` (except with null), and all comparisons for equality."""
    found = [match.lastgroup for match in _EQUALITY.finditer(bare)]
    return found.count("loose"), len(found)


def var_declarations(bare: str) -> tuple[int, int]:
    """Declarations with `var`, and all declarations of variables."""
    found = _DECLARED.findall(bare)
    return found.count("var"), len(found)


def left_over(bare: str) -> int:
    """Calls that only served debugging: `console.log`, `debugger`, `alert`."""
    return len(_LEFT_OVER.findall(bare))


def implicit_globals(bare: str) -> tuple[str, ...]:
    """Names that are assigned and never declared anywhere, in order; parameters and listed names count as declared."""
    declared = set(_MADE.findall(bare)) | set(_LISTED.findall(bare))
    return tuple(dict.fromkeys(name for name in _ASSIGNED.findall(bare) if name not in declared))


def repeated_literals(stripped: str) -> int:
    """Different strings of six letters or more that stand four times or more in code without comments."""
    seen = Counter(first or second for first, second in _LITERAL.findall(stripped))
    return sum(count >= _REPEATED for count in seen.values())
