"""What the code itself shows: whether it parses, how it is written, what it leaves behind."""

from __future__ import annotations

import json
import re
from collections import Counter
from math import inf

from janus_reward.evidence import markup, script, svg_drawing
from janus_reward.evidence.hazards import dangerous_calls, placeholders
from janus_reward.evidence.script_lint import script_source
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

JSON = frozenset({"vega-lite", "vega", "json"})


@signal("code.parses", unit="yes/no")
def parses(view: View) -> float | None:
    """1 if the code parses in its language (HTML: every tag that must be closed is), else 0."""
    if view.code is None or view.capped:
        return None
    if view.python:
        return float(view.python.tree is not None)
    if view.language == "svg":
        return float(view.once(markup_xml).ok)
    if view.language in JSON:
        return float(json_failure(view.code) is None)
    if view.markup:
        balanced = not view.brackets or not (view.brackets.mismatch or view.brackets.left_open)
        return float(not view.markup.unclosed and not view.markup.cut and balanced)
    if view.brackets:
        return float(not view.brackets.mismatch and not view.brackets.left_open)
    return None


def markup_xml(view: View) -> markup.Wellformed:
    """Whether the document of an SVG triple parses."""
    return view.once(svg_drawing.parsed)[0]


def json_failure(code: str) -> str | None:
    """Why a JSON specification does not parse, or `None` when it does."""
    try:
        json.loads(code)
    except json.JSONDecodeError as error:
        return "cut" if error.pos >= len(code.rstrip()) or "Unterminated" in error.msg else error.msg
    except (ValueError, RecursionError) as error:
        return type(error).__name__
    return None


@signal("code.chars", unit="characters", high=inf)
def chars(view: View) -> float | None:
    """Length of the code."""
    return len(view.triple.code or "") if view.code else None


@signal("code.lines", unit="lines", high=inf)
def lines(view: View) -> float | None:
    """Lines of the code that are not empty."""
    return sum(1 for line in view.lines if line.strip()) if view.code else None


@signal("code.comment_share")
def comment_share(view: View) -> float | None:
    """Share of the characters that are comments."""
    if view.code is None or view.language in JSON:
        return None
    return min(1.0, sum(map(len, view.lexis.comments)) / len(view.code))


@signal("code.docstring_share")
def docstring_share(view: View) -> float | None:
    """Share of the lines that are docstrings (Python)."""
    if not view.python or view.python.tree is None:
        return None
    return min(1.0, view.python.docstring_lines / max(1, len(view.lines)))


@signal("code.functions", unit="count", high=inf)
def functions(view: View) -> float | None:
    """Number of functions and methods (Python, JavaScript)."""
    if view.python and view.python.tree is not None:
        return len(view.python.functions)
    return None if view.javascript is None else len(view.script_complexities)


@signal("code.complexity_max", unit="paths", high=inf)
def complexity_max(view: View) -> float | None:
    """Largest cyclomatic complexity of a function (McCabe 1976); the body of a Python module counts as one."""
    found = view.complexities
    return max(found) if found else None


@signal("code.complexity_mean", unit="paths", high=inf)
def complexity_mean(view: View) -> float | None:
    """Mean cyclomatic complexity of the functions and the module body."""
    found = view.complexities
    return sum(found) / len(found) if found else None


@signal("code.unused_names", unit="count", high=inf)
def unused_names(view: View) -> float | None:
    """Number of imports and local variables that are never used (Python, by pyflakes)."""
    if not view.python or view.python.tree is None:
        return None
    return sum(1 for kind, _ in view.python.findings if kind == "unused")


@signal("code.undefined_names", unit="count", high=inf)
def undefined_names(view: View) -> float | None:
    """Number of names that are used without being defined (Python, by pyflakes)."""
    if not view.python or view.python.tree is None:
        return None
    return sum(1 for kind, _ in view.python.findings if kind == "undefined")


@signal("code.duplicate_line_share")
def duplicate_line_share(view: View) -> float | None:
    """Share of the lines of code (of eight characters or more, no comments, no JSON) that repeat an earlier one."""
    if view.code is None or view.language in JSON:
        return None
    long_enough = [line.strip() for line in view.lexis.stripped.splitlines() if len(line.strip()) >= 8]
    return 1 - len(set(long_enough)) / len(long_enough) if long_enough else None


@signal("code.long_line_share")
def long_line_share(view: View) -> float | None:
    """Share of the lines of code, comments left out, that are longer than 120 characters."""
    told = [line for line in view.lexis.stripped.splitlines() if line.strip()] if view.code else []
    return sum(len(line.rstrip()) > 120 for line in told) / len(told) if told else None


_RANDOM = re.compile(r"\brandom\b|\brand(?:n|int)?\(|default_rng|Math\.random")
_SEEDED = re.compile(
    r"\bseed\s*\(|random_state\s*=\s*\d|default_rng\(\s*\w|RandomState\(\s*\w|\bSEED\b|seedrandom|randomSeed"
)


@signal("code.hardcoded_seed", unit="yes/no")
def hardcoded_seed(view: View) -> float | None:
    """1 if the random numbers that the code draws are seeded, 0 if not; none without random numbers."""
    if view.code is None or not _RANDOM.search(view.lexis.stripped):
        return None
    return float(bool(_SEEDED.search(view.lexis.stripped)))


@signal("code.dangerous_calls", unit="count", high=inf)
def dangerous(view: View) -> float | None:
    """Number of calls that reach for the system or the network, or run text as code (`os.system`, `eval`)."""
    return None if view.code is None or view.language in JSON else len(view.once(dangerous_calls))


@signal("code.placeholder_marks", unit="count", high=inf)
def placeholder_marks(view: View) -> float | None:
    """Number of marks of unfinished work: TODO, lorem ipsum, "your code here", "rest of the code", empty bodies."""
    return None if view.code is None else len(view.once(placeholders))


@signal("code.truncated", unit="yes/no")
def truncated(view: View) -> float | None:
    """1 if the code stops in the middle of something, or leaves a code fence open, else 0."""
    if view.code is None or view.capped:
        return None
    if view.code.count("```") % 2:
        return 1.0
    if view.python:
        return float(bool(view.python.failure and view.python.failure.at_end))
    if view.language == "svg":
        return float(view.once(markup_xml).cut)
    if view.language in JSON:
        return float(json_failure(view.code) == "cut")
    if view.markup:
        return float(view.markup.cut)
    return float(view.brackets.left_open > 0 and not view.brackets.mismatch) if view.brackets else None


@signal("code.deep_nesting", unit="levels", high=inf)
def deep_nesting(view: View) -> float | None:
    """Deepest nesting: blocks of Python, braces of JavaScript, elements of markup, brackets of JSON."""
    if view.python:
        return view.python.shape[1] if view.python.tree is not None else None
    if view.markup:
        return view.markup.depth
    if view.code and view.language in JSON:
        return _json_depth(view.code)
    return view.brackets.depth if view.brackets else None


def _json_depth(code: str) -> int:
    depth = deepest = 0
    for mark in re.findall(r"[\[\]{}]", re.sub(r"\"(?:\\.|[^\"\\])*\"", "", code)):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


@signal("code.magic_numbers")
def magic_numbers(view: View) -> float | None:
    """Share of the numbers that stand bare in calls, sums and comparisons, neither data nor keyword (Python)."""
    if not view.python or view.python.tree is None:
        return None
    magic, total = view.python.numbers
    return magic / total if total else None


@signal("code.name_quality")
def name_quality(view: View) -> float | None:
    """Share of the assigned names that say something: longer than two letters, or an idiom; loop variables left out."""
    if view.python:
        names = view.python.assigned
        return view.python.telling_names / len(names) if names else None
    if not view.javascript:
        return None
    declared = [name for names in script.defined_names(view.lexis.stripped) for name in names]
    return sum(len(name) > 2 or name in {"i", "j", "x", "y"} for name in declared) / len(declared) if declared else None


_EMPTY_CATCH = re.compile(r"catch\s*(?:\([^)]{0,80}\))?\s*\{\s*\}")


@signal("code.swallowed_errors", unit="count", high=inf)
def swallowed_errors(view: View) -> float | None:
    """Number of handlers that hide every error: bare `except`, `except: pass`, empty `catch`."""
    if view.python:
        return view.python.swallowed if view.python.tree is not None else None
    return None if view.javascript is None else len(_EMPTY_CATCH.findall(view.lexis.stripped))


_WINDOW = 4
_VALUES = re.compile(r"\"[^\"]*\"|'[^']*'|#[0-9a-fA-F]{3,8}\b|\d+(?:\.\d+)?")


@signal("code.repeated_blocks")
def repeated_blocks(view: View) -> float | None:
    """Share of the lines that lie in a block of four lines seen more than once, values aside (copied code)."""
    if view.code is None or view.language in JSON:
        return None
    shapes = [_VALUES.sub("0", line.strip()) for line in view.lexis.stripped.splitlines()]
    shapes = [shape for shape in shapes if len(shape) > 3 and shape.strip("0,. ")]
    if len(shapes) < 2 * _WINDOW:
        return 0.0
    windows = [tuple(shapes[i : i + _WINDOW]) for i in range(len(shapes) - _WINDOW + 1)]
    seen = Counter(windows)
    copied = {i + k for i, window in enumerate(windows) if seen[window] > 1 for k in range(_WINDOW)}
    return len(copied) / len(shapes)


@signal("code.unused_parameters", unit="count", high=inf)
def unused_parameters(view: View) -> float | None:
    """Number of parameters that a function takes and never looks at (Python, JavaScript, R)."""
    if view.python:
        return view.python.unused_parameters if view.python.tree is not None else None
    if view.language == "r":
        return script.unused_parameters(view.lexis.stripped)
    source = view.once(script_source) if view.javascript else view.javascript
    return script.unused_parameters(source) if source is not None else None


@signal("code.dead_code", unit="count", high=inf)
def dead_code(view: View) -> float | None:
    """Number of functions that nothing mentions, and statements that cannot be reached."""
    if view.python:
        return view.python.dead if view.python.tree is not None else None
    if not view.javascript:
        return None
    return script.unmentioned(script.defined_names(view.lexis.stripped)[0], view.lexis.stripped)
