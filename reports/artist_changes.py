"""Change one property in the code of a real chart: is it found and named, and does an identical chart raise an alarm.

    python reports/artist_changes.py DATA [--charts N] [--write reports/artist_changes.md]

DATA holds `chartmimic/triples.jsonl`. One literal of the code gets another value: a keyword of a call (`color=`,
`linewidth=`, `loc=` ...), a word of a title, label or legend, or a number of the data. Both versions are rendered; a
change that moves no pixel, or that does not run, is left out and counted. Found: the trees of artists differ. Named:
among the first forty changes is a property that this keyword sets.
"""

from __future__ import annotations

import argparse
import ast
import platform
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from css_changes import LISTED, Trial, by_property, pixels, share

from janus_reward.dataset import open_source
from janus_reward.evidence.node import read_tree
from janus_reward.evidence.perceptual import multi_scale_ssim
from janus_reward.evidence.raster import decode
from janus_reward.evidence.tree_change import compared
from janus_reward.render.base import RenderSettings
from janus_reward.render.farm import RenderFarm
from janus_reward.render.store import RenderStore
from janus_reward.sample import Sample
from janus_reward.triple import Triple


@dataclass(frozen=True, slots=True)
class Spot:
    """A literal of the code: what it sets, its node, its other value, and the properties by which it is named."""

    what: str
    node: ast.Constant
    value: Any
    named: str


def _other(*words: str) -> Callable[[Any], Any]:
    return lambda value: next(word for word in words if word != value)


def _scaled(factor: float) -> Callable[[Any], Any]:
    return lambda value: type(value)(value * factor) if type(value)(value * factor) != value else value + 1


DATA = ".*data|array|offsets|paths|text|tick.*|limits|place"
COLOR = r"(?:\w*_)?(?:face|edge|markerface|markeredge)?color|grid"
KEYWORDS: dict[str, tuple[type | tuple[type, ...], Callable[[Any], Any], str]] = {
    **dict.fromkeys(("color", "c", "facecolor", "edgecolor", "ecolor", "labelcolor", "markerfacecolor", "colors"),
                    (str, _other("crimson", "darkgreen"), COLOR)),
    **dict.fromkeys(("linewidth", "lw"), ((int, float), _scaled(2.5), "linewidth|markeredgewidth|grid")),
    **dict.fromkeys(("linestyle", "ls", "linestyles"), (str, _other(":", "-"), "linestyle|dashes|grid")),
    "alpha": (float, lambda value: 0.35 if value > 0.5 else 0.9, "alpha|facecolor|edgecolor|color|grid"),
    "marker": (str, _other("s", "^"), "marker|paths|element"),
    "markersize": ((int, float), _scaled(1.8), "markersize"),
    "s": ((int, float), _scaled(2), "sizes"),
    "hatch": (str, _other("xx", "//"), "hatch"),
    **dict.fromkeys(("fontsize", "size", "labelsize"), ((int, float), _scaled(1.5), "fontsize|tick_label_size")),
    "fontweight": (str, _other("bold", "normal"), "fontweight"),
    "rotation": (int, lambda value: value + 35, "rotation|tick_label_rotation"),
    **dict.fromkeys(("ha", "horizontalalignment"), (str, _other("right", "left"), "ha")),
    **dict.fromkeys(("va", "verticalalignment"), (str, _other("top", "bottom"), "va")),
    "loc": (str, _other("lower left", "upper right"), "loc"),
    **dict.fromkeys(("ncol", "ncols"), (int, lambda value: value + 1, "ncols")),
    "frameon": (bool, lambda value: not value, "frame_on|visible"),
    "label": (str, lambda value: f"{value} two", "text|name"),
    "cmap": (str, _other("plasma", "Greens"), "cmap"),
    "capsize": (int, _scaled(3), "markersize"),
    "width": (float, _scaled(0.7), "data|tick_width"),
    "length": (int, lambda value: value + 6, "tick_size"),
    "zorder": (int, lambda value: value + 7, "zorder"),
    **dict.fromkeys(("left", "right", "top", "bottom", "wspace", "hspace"), (float, _scaled(0.8), "position")),
    "projection": (str, lambda value: value, "projection"),
}  # fmt: skip
"""Keywords with the type of their value, another value, and the properties that they set."""

WORDED = re.compile(r"(?:set_)?(?:sup)?(?:title|xlabel|ylabel)|text|annotate|suptitle")


def main() -> None:
    """Try every chart and print (or write) the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--charts", type=int, default=60)
    parser.add_argument("--per-chart", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    source = open_source(str(arguments.data / "chartmimic" / "triples.jsonl"))
    everything = {triple.code: triple for triple in source if triple.code}
    charts = random.Random(arguments.seed).sample(list(everything.values()), min(arguments.charts, len(everything)))
    with tempfile.TemporaryDirectory() as folder:
        farm = RenderFarm(RenderStore(Path(folder)), RenderSettings(), "always")
        try:
            trials, identical = run(farm, charts, arguments)
        finally:
            farm.close()
    text = report(trials, identical, len(charts), arguments.seed)
    print(text)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")


def run(
    farm: RenderFarm, charts: Sequence[Triple], arguments: argparse.Namespace
) -> tuple[list[Trial], list[tuple[bool, int]]]:
    """Trials, and for each chart whether its second rendering differs in the tree, and in how many pixels."""
    trials, identical = [], []
    for chart in charts:
        chance = random.Random(f"{arguments.seed} {chart.id}")
        good = farm.sample(_with(chart, chart.code or ""))
        if not good.stills:
            continue
        tree = read_tree(good.render.facts) or []
        again = farm.sample(_with(chart, (chart.code or "") + "\n# the same\n"))
        identical.append((bool(compared(tree, read_tree(again.render.facts) or []).changes), pixels(good, again)))
        for spot in chosen(ast.parse(chart.code or ""), chance, arguments.per_chart):
            changed = farm.sample(_with(chart, spliced(chart.code or "", spot)))
            changes = compared(tree, read_tree(changed.render.facts) or []).changes
            fits = [re.fullmatch(spot.named, change.property) is not None for change in changes]
            seen = pixels(good, changed) if changed.render.outcome == "ok" else 0
            trials.append(
                Trial("own", spot.what, seen, _similarity(good, changed), bool(changes), any(fits[:LISTED]), all(fits))
            )
    return trials, identical


def chosen(tree: ast.Module, chance: random.Random, count: int) -> Iterator[Spot]:
    """Some of the spots, of each kind at most one."""
    kinds = defaultdict(list)
    for spot in spots(tree):
        kinds[spot.what].append(spot)
    for what in chance.sample(sorted(kinds), min(count, len(kinds))):
        yield chance.choice(kinds[what])


def spots(tree: ast.Module) -> Iterator[Spot]:
    """Every literal that can be given another value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _keywords(node)
            yield from _words(node)
        if isinstance(node, ast.List) and len(node.elts) >= 3 and all(_is_number(item) for item in node.elts):
            for item in node.elts:
                if isinstance(item, ast.Constant):
                    yield Spot("data", item, _scaled(1.3)(item.value), DATA)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def _keywords(call: ast.Call) -> Iterator[Spot]:
    for word in call.keywords:
        kind, change, named = KEYWORDS.get(word.arg or "", (None, None, ""))
        value = word.value
        if kind is None or change is None or not isinstance(value, ast.Constant) or not isinstance(value.value, kind):
            continue
        if isinstance(value.value, bool) == (kind is bool):
            yield Spot(f"{word.arg}=", value, change(value.value), named)


def _words(call: ast.Call) -> Iterator[Spot]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    for value in call.args if WORDED.fullmatch(name) else ():
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.strip():
            yield Spot(f"{name}()", value, f"{value.value} again", "text")


def spliced(code: str, spot: Spot) -> str:
    """The code with the other value."""
    lines = [line.encode() for line in code.split("\n")]
    node, value = spot.node, repr(spot.value).encode()
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    new = lines[first][: node.col_offset] + value + lines[last][node.end_col_offset or 0 :]
    return b"\n".join([*lines[:first], new, *lines[last + 1 :]]).decode()


def _with(chart: Triple, code: str) -> Triple:
    return Triple(chart.row, chart.id, chart.instruction, code, "python", "chart", "generate")


def _similarity(one: Sample, other: Sample) -> float | None:
    a, b = (decode(sample.stills[0]) if sample.stills else None for sample in (one, other))
    return None if a is None or b is None else multi_scale_ssim(a, b)


def report(trials: Sequence[Trial], identical: Sequence[tuple[bool, int]], charts: int, seed: int) -> str:
    """The report as Markdown."""
    seen = [trial for trial in trials if trial.pixels]
    lines = [
        "# One property changed in the code of a real chart",
        "",
        "`python reports/artist_changes.py DATA --write reports/artist_changes.md`, Python "
        f"{platform.python_version()}, seed {seed}, {charts} charts of chartmimic, {len(trials)} changes; "
        f"{len(trials) - len(seen)} of them moved no pixel, or the code failed, and are left out. Named: a property "
        "that this literal sets is among the first forty changes.",
        "",
        "| what | share [95 %], n |",
        "| --- | --- |",
        f"| change found in the tree of artists | {share([trial.found for trial in seen])} |",
        f"| found and named | {share([trial.named for trial in seen])} |",
        f"| nothing but that property listed | {share([trial.exact for trial in seen])} |",
        "| baseline: multi-scale SSIM below 0.99 (names nothing) | "
        f"{share([trial.ssim < 0.99 for trial in seen if trial.ssim is not None])} |",
        f"| false alarms on the same chart drawn again | {share([alarm for alarm, _ in identical])} |",
        f"| baseline: false alarms by pixels | {share([count > 0 for _, count in identical])} |",
        "",
        "| what was changed | found | named | n |",
        "| --- | --- | --- | --- |",
        *by_property(seen),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
