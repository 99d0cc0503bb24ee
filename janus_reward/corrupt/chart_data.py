"""Damage to the data, marks, axes and looks of a chart that Python draws."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from itertools import pairwise

from janus_reward.corrupt.base import Case, corruption
from janus_reward.corrupt.chart_python import PYTHON, drawing
from janus_reward.corrupt.colours import NEAR_GREYS, is_colour, other_hue
from janus_reward.corrupt.criteria import COMPLETION, PRESERVATION, QUALITY, RELEVANCE, VISUAL
from janus_reward.corrupt.python_source import PythonSource, called
from janus_reward.corrupt.splice import Edit

SERIES = (
    "plot",
    "bar",
    "barh",
    "scatter",
    "fill_between",
    "hist",
    "step",
    "errorbar",
    "stem",
    "add_trace",
    "Scatter",
    "Bar",
)
_LEGEND = ("loc", "fontsize", "framealpha", "bbox_to_anchor", "frameon", "ncol", "prop", "markerscale")
_OVER_DATA = 'loc="center", fontsize=22, framealpha=1, markerscale=2'
_STYLE = ("label", "color", "alpha", "ax", "zorder")
_SWAPS = {"bar": "plot", "plot": "bar", "scatter": "plot", "step": "bar", "barh": "plot", "stackplot": "plot"}


@corruption("chart.swap_series", 3, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=PYTHON)
def swap_series(case: Case) -> str | None:
    """Two series have changed their data; their names and colours stayed."""
    source = drawing(case)
    if source is None:
        return None
    pairs = [(one, other) for group in _series(source).values() for one, other in pairwise(group)]
    pairs = [(one, other) for one, other in pairs if source.text(one.args[1]) != source.text(other.args[1])]
    if not pairs:
        return None
    one, other = pairs[case.random.randrange(len(pairs))]
    texts = source.text(one.args[1]), source.text(other.args[1])
    return source.edited([source.replaced(one.args[1], texts[1]), source.replaced(other.args[1], texts[0])])


@corruption("chart.drop_series", 3, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=PYTHON, holdout=True)
def drop_series(case: Case) -> str | None:
    """One of several series is not drawn."""
    source = drawing(case)
    if source is None:
        return None
    groups = [group for group in _series(source).values() if len(group) > 1]
    group = case.pick(groups)
    calls = group[-1:] if group else []
    return source.edited(source.cut_calls(calls))


@corruption("chart.wrong_type", 3, lowers=(RELEVANCE, COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=PYTHON)
def wrong_type(case: Case) -> str | None:
    """The data are drawn as another type of chart: bars as a line, a line as bars, a pie as a line."""
    source = drawing(case)
    if source is None or not case.asked(r"\b(bar|line|scatter|pie|column|area|histogram|step|dot)"):
        return None
    calls = [call for call in source.named(*_SWAPS, "pie", "hist") if isinstance(call.func, ast.Attribute)]
    return source.edited([source.replaced(call, text) for call in calls if (text := _as_other(source, call))])


@corruption("chart.shift_value", 2, lowers=(COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=PYTHON)
def shift_value(case: Case) -> str | None:
    """One of the values that were asked for is drawn 80% too high."""
    source = drawing(case)
    numbers = [node for row in _rows(source) for node in row if _given(case, node)] if source else []
    node = case.pick(numbers)
    if source is None or node is None:
        return None
    return source.edited([source.replaced(node, f"{float(ast.literal_eval(node)) * 1.8:.6g}")])


@corruption("chart.wrong_order", 3, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=PYTHON)
def wrong_order(case: Case) -> str | None:
    """The values of a series stand in reverse, so that they belong to the wrong categories."""
    source = drawing(case)
    rows = [row for row in _rows(source) if all(_given(case, node) for node in row[:3])] if source else []
    row = case.pick([row for row in rows if len(row) > 2])
    if source is None or row is None:
        return None
    texts = [source.text(node) for node in row]
    if texts == texts[::-1]:
        return None
    return source.edited([source.replaced(node, text) for node, text in zip(row, reversed(texts), strict=True)])


@corruption("chart.truncate_axis", 2, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(RELEVANCE,), languages=PYTHON)
def truncate_axis(case: Case) -> str | None:
    """The value axis starts far above the bottom of the data, which hides small values and blows up differences."""
    source = drawing(case)
    lines = ["low, high = plt.gca().get_ylim()", "plt.gca().set_ylim(low + (high - low) * 0.55, high)"]
    return source.before_the_end(lines) if source else None


@corruption("chart.invert_axis", 2, lowers=(COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=PYTHON)
def invert_axis(case: Case) -> str | None:
    """The value axis runs downwards."""
    source = drawing(case)
    return source.before_the_end(["plt.gca().invert_yaxis()"]) if source else None


@corruption("chart.clipped", 2, lowers=(VISUAL,), keeps=(RELEVANCE,), languages=PYTHON)
def clipped(case: Case) -> str | None:
    """The plot runs over the edges of the figure, so that labels and marks are cut off."""
    source = drawing(case)
    if source is None:
        return None
    edits = source.cut_calls(source.named("tight_layout"))
    edits += [edit for call in source.named("savefig") for edit in source.cut_keywords(call, ("bbox_inches",))]
    edits += [
        edit
        for call in source.named("subplots", "figure")
        for edit in source.cut_keywords(call, ("layout", "constrained_layout"))
    ]
    rest = PythonSource.read(source.edited(edits) or case.code)
    squeeze = "plt.subplots_adjust(left=-0.12, right=1.14, bottom=-0.1, top=1.12)"
    return rest.before_the_end([squeeze]) or f"{rest.code.rstrip()}\n{squeeze}\n" if rest else None


@corruption("chart.crowded_ticks", 2, lowers=(VISUAL,), keeps=(RELEVANCE, QUALITY), languages=PYTHON)
def crowded_ticks(case: Case) -> str | None:
    """Tick labels are so large that they run into each other."""
    source = drawing(case)
    line = 'plt.tick_params(axis="x", labelsize=26, labelrotation=0)'
    return source.before_the_end([line]) if source else None


@corruption("chart.squashed", 2, lowers=(VISUAL,), keeps=(RELEVANCE, QUALITY), languages=PYTHON, holdout=True)
def squashed(case: Case) -> str | None:
    """The figure is so small that its labels cover the marks."""
    source = drawing(case)
    if source is None:
        return None
    sizes = [
        word.value for call in source.named("subplots", "figure") for word in call.keywords if word.arg == "figsize"
    ]
    return source.edited([source.replaced(node, "(2.2, 1.5)") for node in sizes])


@corruption("chart.same_palette", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=PYTHON)
def same_palette(case: Case) -> str | None:
    """All series have nearly the same colour."""
    source = drawing(case)
    if source is None:
        return None
    colours = colour_texts(source)
    edits = [source.replaced(node, f'"{NEAR_GREYS[number % 6]}"') for number, node in enumerate(colours)]
    rest = PythonSource.read(source.edited(edits) or case.code)
    cycle = ", ".join(f'"{colour}"' for colour in NEAR_GREYS)
    return rest.after_imports([f'plt.rcParams["axes.prop_cycle"] = plt.cycler(color=[{cycle}])']) if rest else None


@corruption("chart.wrong_colours", 2, lowers=(COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=PYTHON)
def wrong_colours(case: Case) -> str | None:
    """The marks have other colours than were asked for."""
    source = drawing(case)
    if source is None:
        return None
    wrong = [
        (node, other_hue(str(node.value))) for node in colour_texts(source) if _colour_asked(case, str(node.value))
    ]
    return source.edited([source.replaced(node, f'"{colour}"') for node, colour in wrong if colour])


@corruption("chart.garish", 2, lowers=(VISUAL,), keeps=(RELEVANCE, COMPLETION), languages=PYTHON, holdout=True)
def garish(case: Case) -> str | None:
    """A loud ground and a heavy grid drown the data."""
    source = drawing(case)
    lines = [
        'plt.rcParams.update({"figure.facecolor": "#ffe600", "axes.facecolor": "#ff5fd2"})',
        'plt.rcParams.update({"axes.grid": True, "grid.color": "#00c853", "grid.linewidth": 4})',
    ]
    return source.after_imports(lines) if source else None


@corruption("chart.needless_3d", 2, lowers=(VISUAL, PRESERVATION), keeps=(), languages=PYTHON)
def needless_3d(case: Case) -> str | None:
    """A flat chart is drawn in three dimensions for no reason."""
    source = drawing(case)
    if source is None or re.search(r"3d|projection|polar|pie\(|twin|three", case.code + case.wanted):
        return None
    edits = []
    for call in source.named("subplots"):
        end = source.span(call)[1] - 1
        before = "" if case.code[:end].rstrip().endswith((",", "(")) else ", "
        edits.append(source.replaced(call, source.text(call)[:-1] + f'{before}subplot_kw={{"projection": "3d"}})'))
    return source.edited(edits)


@corruption("chart.legend_over_data", 1, lowers=(VISUAL,), keeps=(RELEVANCE, COMPLETION), languages=PYTHON)
def legend_over_data(case: Case) -> str | None:
    """A large opaque legend covers the middle of the plot."""
    source = drawing(case)
    if source is None:
        return None
    edits = []
    for call in source.named("legend")[-1:]:
        edits += source.cut_keywords(call, _LEGEND)
        end = source.span(call.args[-1] if call.args else call.func)[1] + (0 if call.args else 1)
        edits.append(Edit(end, end, f"{', ' if call.args else ''}{_OVER_DATA}{', ' if call.keywords else ''}"))
    return source.edited(edits)


def colour_texts(source: PythonSource) -> list[ast.Constant]:
    """Plain texts that are colours and stand where marks get theirs."""
    return [
        node
        for node in source.nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and is_colour(node.value)
        and node.value not in _GROUND
    ]


_GROUND = frozenset({"white", "black", "gray", "grey", "w", "k", "#ffffff", "#000000"})


def _series(source: PythonSource) -> dict[str, list[ast.Call]]:
    """Calls that draw one series each, by the axes they draw on and how, in order."""
    groups: dict[str, list[ast.Call]] = defaultdict(list)
    for call in source.named(*SERIES):
        if isinstance(call.func, ast.Attribute) and len(call.args) > 1:
            groups[source.text(call.func)].append(call)
    return groups


def _rows(source: PythonSource | None) -> list[list[ast.expr]]:
    """Lists of at least three plain numbers."""
    if source is None:
        return []
    rows = [node.elts for node in source.nodes if isinstance(node, ast.List | ast.Tuple) and len(node.elts) > 2]
    return [row for row in rows if all(_number(node) is not None for node in row) and not _rises(row)]


def _number(node: ast.expr) -> float | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15 else None
    )


def _rises(row: list[ast.expr]) -> bool:
    steps = {round((_number(b) or 0) - (_number(a) or 0), 9) for a, b in pairwise(row)}
    return len(steps) == 1


def _given(case: Case, node: ast.expr) -> bool:
    """Whether the number was asked for: named in the instruction, or seen in the reference."""
    number = _number(node)
    if number is None or number == 0:
        return False
    return case.compared or re.search(rf"(?<![\d.]){re.escape(f'{number:g}')}0?(?![\d])", case.wanted) is not None


def _colour_asked(case: Case, colour: str) -> bool:
    return case.compared or colour.lower() in case.wanted or (not colour.startswith("#") and colour in case.wanted)


def _as_other(source: PythonSource, call: ast.Call) -> str | None:
    """The call rewritten to draw another type, with the arguments that both types know."""
    kind, on = called(call), source.text(call.func).rpartition(".")[0]
    words = [source.text(word) for word in call.keywords if word.arg in _STYLE]
    if kind in ("pie", "hist") and call.args:
        values = source.text(call.args[0])
        return f"{on}.plot(list({values}))" if kind == "pie" else f"{on}.boxplot({values})"
    if len(call.args) < 2 or any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    given = [source.text(argument) for argument in call.args[:2]]
    return f"{on}.{_SWAPS[kind]}({', '.join(given + words)})"
