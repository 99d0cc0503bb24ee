"""What a chart's own code says of its data: columns never shown, values never drawn, labels of other series.

Signals of the families `chart`, `code` and `alignment`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from math import inf
from typing import Any

from janus_reward.evidence.plots import plots
from janus_reward.evidence.pycode import dotted
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View
from janus_reward.evidence.words import content_stems

_DEPTH, _ROWS = 12, 200
_GROUPED = re.compile(
    r"\bstack(?:ed|ing)?\b|\bgroup(?:ed|ing)? (?:by|bar|column|scatter|line)|\bcolou?r(?:ed)? (?:by|for each|per)\b"
    r"|\bmulti-?(?:line|series)\b|\b(?:grouping|group) (?:line|scatter|bar)",
    re.IGNORECASE,
)
_GROUP_BY = re.compile(r"\bgroup(?:ed|ing)? by (?:the |attribute )*(?P<key>\w+)", re.IGNORECASE)


@signal("chart.unused_columns")
def unused_columns(view: View) -> float | None:
    """Share of the columns of a chart's inline data that its specification never names (Vega-Lite, Vega)."""
    if view.language not in ("vega-lite", "vega") or view.code is None:
        return None
    try:
        spec = json.loads(view.code)
    except (ValueError, RecursionError):
        return None
    columns = set(_columns(spec))
    named = {part for text in _named(spec) for part in re.findall(r"[^\W\d][\w ]*", text)} | set(_named(spec))
    return sum(column not in named for column in columns) / len(columns) if columns else None


def _columns(part: Any, depth: int = 0) -> Iterator[str]:
    """Names of the columns of all inline rows."""
    if depth > _DEPTH:
        return
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if key == "values" and isinstance(value, list):
            yield from {name for row in value[:_ROWS] if isinstance(row, dict) for name in row}
        elif isinstance(value, dict | list):
            yield from _columns(value, depth + 1)


def _named(part: Any, depth: int = 0) -> Iterator[str]:
    """All strings outside of the inline rows."""
    if depth > _DEPTH:
        return
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if isinstance(value, str):
            yield value
        elif key != "values" and isinstance(value, dict | list):
            yield from _named(value, depth + 1)


@signal("chart.plot_side", unit="px", high=1e6)
def plot_side(view: View) -> float | None:
    """Shorter side of the largest plotting area, in pixels of the picture at a width of 640 or less."""
    sides = [min(plot.box[2] - plot.box[0], plot.box[3] - plot.box[1]) for plot in view.once(plots) if plot.box]
    if not sides or view.still is None:
        return None
    return min(1e6, max(sides) * view.scale * min(1.0, 640 / view.still.width))


@signal("chart.alike_slices", unit="yes/no")
def alike_slices(view: View) -> float | None:
    """1 if the slices of a pie all have one colour, so that they cannot be told apart, else 0; none without slices."""
    pies = [plot.of("arc") for plot in view.once(plots) if len(plot.of("arc")) > 1]
    told = [{slice_.color for slice_ in pie if slice_.color} for pie in pies]
    return float(any(len(colors) == 1 for colors in told)) if any(told) else None


@signal("alignment.groups_shown", unit="yes/no")
def groups_shown(view: View) -> float | None:
    """1 if a chart that is to tell groups apart (stacked, grouped, coloured by) has several colours, else 0."""
    told = [plot for plot in view.once(plots) if plot.series]
    if view.instruction is None or not told or not _told_apart(view.instruction.text):
        return None
    return float(any(len({series.color for series in plot.series if series.color}) > 1 for plot in told))


def _told_apart(text: str) -> bool:
    """Whether groups are to be told apart; to group by what was named before as the categories is none of that."""
    for match in _GROUPED.finditer(text):
        by = _GROUP_BY.match(text, match.start())
        if by is None or by["key"].casefold() not in re.findall(r"\w+", text[: by.start()].casefold()):
            return True
    return False


@signal("code.unread_names", unit="count", high=inf)
def unread_names(view: View) -> float | None:
    """Number of variables that a script assigns at its top level and never reads (Python)."""
    tree = view.python.tree if view.python else None
    if view.python is None or tree is None:
        return None
    read = {node.id for node in view.python.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    made = {target.id for target in targets if isinstance(target, ast.Name)}
    return sum(name not in read and not name.startswith("_") for name in made)


@signal("code.mislabelled_series")
def mislabelled_series(view: View) -> float | None:
    """Share of the labelled series whose label names another series' variable and not its own (Python)."""
    found = list(_labelled(view))
    if len(found) < 2:
        return None
    return sum(_crossed(at, found) for at in range(len(found))) / len(found)


def _labelled(view: View) -> Iterator[tuple[set[str], set[str]]]:
    """Words of the label and of the variables of each call that draws a labelled series."""
    for _, call in (view.python.calls if view.python else ())[:400]:
        label = next((word.value for word in call.keywords if word.arg in ("label", "name")), None)
        if words := _stems(_said(label, view.once(_literals))):
            given = [*call.args, *(word.value for word in call.keywords if word.arg in ("x", "y", "height", "values"))]
            names = {name for part in given for name in _names(part)}
            yield words, {stem for name in names for stem in _stems(name)}


def _literals(view: View) -> dict[str, ast.expr]:
    """What each name that is assigned once stands for."""
    found: dict[str, list[ast.expr]] = {}
    for node in view.python.nodes if view.python else ():
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(target := node.targets[0], ast.Name):
            found.setdefault(target.id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _said(label: ast.expr | None, known: dict[str, ast.expr]) -> str:
    """The text of a label that is written out, held by a name, or picked from a list (`labels[0]`)."""
    if isinstance(label, ast.Subscript) and isinstance(label.value, ast.Name) and isinstance(label.slice, ast.Constant):
        held, place = known.get(label.value.id), label.slice.value
        if isinstance(held, ast.List | ast.Tuple) and isinstance(place, int) and -1 < place < len(held.elts):
            label = held.elts[place]
    elif isinstance(label, ast.Name):
        label = known.get(label.id)
    return label.value if isinstance(label, ast.Constant) and isinstance(label.value, str) else ""


def _names(part: ast.expr) -> Iterator[str]:
    for node in ast.walk(part):
        if isinstance(node, ast.Name | ast.Attribute) and (name := dotted(node)):
            yield name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _stems(text: str) -> set[str]:
    return content_stems(re.sub(r"(?<=[a-z])(?=[A-Z])|[_.\-]", " ", text))


def _crossed(at: int, found: list[tuple[set[str], set[str]]]) -> bool:
    words, own = found[at]
    others = [names for place, (_, names) in enumerate(found) if place != at]
    common = set.intersection(*(names for _, names in found))
    elsewhere = any(words & (names - own - common) for names in others)
    return elsewhere and not words & (own - common)
