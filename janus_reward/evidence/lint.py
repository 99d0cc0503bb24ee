"""Signals of the family `code` that a linter would give: habits in Python and JavaScript, data that is not there.

Comments and docstrings are taken out before anything is looked for, so they can neither raise nor lower a value.
pyflakes and the tree are used in the process: a linter's own binary would double the cost of a triple.
"""

from __future__ import annotations

from math import inf

from janus_reward.evidence import deprecated, python_lint, script, script_lint
from janus_reward.evidence.missing_data import missing_data
from janus_reward.evidence.pycode import PythonCode
from janus_reward.evidence.script_lint import bare_script, script_source
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View


def _tree(view: View) -> PythonCode | None:
    return view.python if view.python and view.python.tree is not None else None


@signal("code.missing_data", unit="count", high=inf)
def missing(view: View) -> float | None:
    """Number of files and addresses that the code reads and the triple does not bring (libraries left out)."""
    if view.code is None or view.capped or (view.python and view.python.tree is None):
        return None
    return len(view.once(missing_data))


@signal("code.deprecated_calls", unit="count", high=inf)
def deprecated_calls(view: View) -> float | None:
    """Number of uses of names and arguments that their makers have deprecated or removed (Python, JavaScript)."""
    if tree := _tree(view):
        return len(deprecated.in_python(tree))
    bare = view.once(bare_script)
    return len(deprecated.in_script(bare)) if bare else None


@signal("code.wildcard_imports", unit="count", high=inf)
def wildcard_imports(view: View) -> float | None:
    """Number of imports of everything from a module (Python; Manim is used that way and left out)."""
    tree = _tree(view)
    return python_lint.wildcard_imports(tree) if tree and view.language == "python" else None


@signal("code.imports_in_loops", unit="count", high=inf)
def imports_in_loops(view: View) -> float | None:
    """Number of imports that stand inside of a loop (Python)."""
    return python_lint.imports_in_loops(tree) if (tree := _tree(view)) else None


@signal("code.globals_mutated", unit="count", high=inf)
def globals_mutated(view: View) -> float | None:
    """Number of globals that functions assign: declared `global` (Python), or never declared at all (JavaScript)."""
    if tree := _tree(view):
        return python_lint.globals_mutated(tree)
    bare = view.once(bare_script)
    return len(script_lint.implicit_globals(bare)) if bare else None


@signal("code.unused_results", unit="count", high=inf)
def unused_results(view: View) -> float | None:
    """Number of statements that compute something and let it fall, such as `df.dropna()` (Python)."""
    return python_lint.unused_results(tree) if (tree := _tree(view)) else None


@signal("code.longest_function", unit="lines", high=inf)
def longest_function(view: View) -> float | None:
    """Lines of the longest function, without comments, docstrings and empty lines; none without functions."""
    if tree := _tree(view):
        return python_lint.longest_function(tree)
    return max(view.once(_script_lengths), default=None)


def _script_lengths(view: View) -> tuple[int, ...]:
    return script.lengths(view.javascript or "")


@signal("code.repeated_literals", unit="count", high=inf)
def repeated_literals(view: View) -> float | None:
    """Number of strings (six letters or more) that are written four times or more instead of being named once."""
    if tree := _tree(view):
        return python_lint.repeated_literals(tree)
    source = view.once(script_source)
    return script_lint.repeated_literals(source) if source else None


@signal("code.bug_risks", unit="count", high=inf)
def bug_risks(view: View) -> float | None:
    """Number of habits that breed bugs: mutable defaults, hidden builtins, `== None`, repeated keys ... (Python)."""
    return len(python_lint.bug_risks(tree)) if (tree := _tree(view)) else None


@signal("code.loose_equality")
def loose_equality(view: View) -> float | None:
    """Share of the comparisons for equality that convert types first: `==` and `!=` (JavaScript)."""
    bare = view.once(bare_script)
    loose, total = script_lint.loose_equality(bare) if bare else (0, 0)
    return loose / total if total else None


@signal("code.var_share")
def var_share(view: View) -> float | None:
    """Share of the variables that are declared with `var` (JavaScript)."""
    bare = view.once(bare_script)
    old, total = script_lint.var_declarations(bare) if bare else (0, 0)
    return old / total if total else None


@signal("code.debug_left_over", unit="count", high=inf)
def debug_left_over(view: View) -> float | None:
    """Number of calls that only served debugging: `console.log`, `debugger`, `alert` (JavaScript)."""
    bare = view.once(bare_script)
    return script_lint.left_over(bare) if bare else None
