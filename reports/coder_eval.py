"""Whether the coder's metrics are sound: references, harmless changes, three severities of damage, blank answers.

    python reports/coder_eval.py DATA -o WORK [--items 20] --write reports/coder_eval.md

Each suite is run once, as `janus-reward eval coder` does, on a file of six answers an item: its own reference, a
harmless change of it, damage of severity 1, 2 and 3 that can be seen (`docs/corruptions.md`; drawn by seed), and a
blank program. DATA is the folder that the suites' files lie in.
"""

from __future__ import annotations

import argparse
import ast
import json
import platform
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np

from janus_reward.coder_eval import MEASURES, EvalRun, evaluate_coder, load_suite
from janus_reward.coder_eval.items import Item, Items
from janus_reward.corrupt import KINDS, Corruption
from janus_reward.corrupt.deal import draw

SUITES = ("chartmimic-customized", "design2code", "svgenius-generate", "svgenius-edit", "humaneval", "mbpp")
VARIANTS = ("reference", "harmless", "slight", "plain", "ruined", "blank")
BLANK = {
    "python": "pass\n",
    "html": "<!DOCTYPE html><html><body></body></html>",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"></svg>',
}


def main() -> None:
    """Run every suite and print (or write) the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="WORK")
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--suites", nargs="*", default=list(SUITES), metavar="NAME|NAME=ITEMS")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    asked = {name: int(own or given.items) for name, _, own in (suite.partition("=") for suite in given.suites)}
    runs = {name: sanity_run(name, given.data, given.out, count) for name, count in asked.items()}
    parts = [head()]
    parts += [sanity_table(name, run) for name, run in runs.items()]
    text = "\n".join([*parts, cost_table(runs)])
    print(text)
    if given.write:
        given.write.write_text(text, encoding="utf-8")


def sanity_run(name: str, data: Path, out: Path, count: int) -> EvalRun:
    """The six answers to each of the first items, evaluated as one run."""
    suite, _ = load_suite(name)
    items = list(Items(suite, data, count))
    answers = out / f"{name}.jsonl"
    with answers.open("w", encoding="utf-8") as file:
        for place, item in enumerate(items):
            for code in variants(item, items[(place + 1) % len(items)]):
                file.write(json.dumps({"id": item.triple.id, "code": code}) + "\n")
    return evaluate_coder(str(answers), name, out / name, data=data, limit=count, workers=1)


def variants(item: Item, stranger: Item) -> list[str]:
    """Code in the order of `VARIANTS`; a severity that no kind has for this item is left as an empty answer."""
    code = item.triple.code or ""
    whole = (item.tests.prompt if item.tests else "") + code
    damaged = [_damaged(item, stranger, whole, _wanted(severity)) for severity in (0, 1, 2, 3)]
    if item.tests:
        damaged[1:3] = [mutant(whole, 1, item.triple.id), mutant(whole, 3, item.triple.id)]
    return [fenced(whole), *map(fenced, damaged), fenced(BLANK[item.triple.language or "python"])]


def fenced(code: str | None) -> str:
    """An answer as a model gives it; a missing variant is marked, and left out of the table."""
    return "" if code is None else f"```\n{code}\n```"


class _Mutation(ast.NodeTransformer):
    """Changes the chosen ones of a program's comparisons, sums and whole numbers, counted in the order of the tree."""

    def __init__(self, chosen: set[int]) -> None:
        self.chosen, self.seen = chosen, 0

    def _hit(self) -> bool:
        self.seen += 1
        return self.seen - 1 in self.chosen

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """`<` becomes `<=`, `==` becomes `!=`, and so on."""
        self.generic_visit(node)
        if self._hit():
            node.ops[0] = _TURNED.get(type(node.ops[0]), ast.NotEq)()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Plus and minus change places."""
        self.generic_visit(node)
        if isinstance(node.op, (ast.Add, ast.Sub)) and self._hit():
            node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """A whole number grows by one."""
        whole = isinstance(node.value, int) and not isinstance(node.value, bool)
        return ast.copy_location(ast.Constant(node.value + 1), node) if whole and self._hit() else node


_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


def mutant(code: str, places: int, name: str) -> str | None:
    """The program with so many of its places changed, drawn by name; `None` when it has too few."""
    counted = _Mutation(set())
    counted.visit(ast.parse(code))
    if counted.seen < places:
        return None
    chosen = set(Random(draw(name, places)).sample(range(counted.seen), places))
    return ast.unparse(_Mutation(chosen).visit(ast.parse(code)))


def _wanted(severity: int) -> Callable[[Corruption], bool]:
    if severity == 0:
        return lambda kind: kind.harmless
    return lambda kind: kind.severity == severity and not kind.harmless and kind.family != "attack" and _shows(kind)


def _shows(kind: Corruption) -> bool:
    return (kind.shows == "yes" or kind.breaks) and kind.family not in ("instruction",)


def _damaged(item: Item, stranger: Item, code: str, wanted: Callable[[Corruption], bool]) -> str | None:
    triple = replace(item.triple, code=code)
    kinds = sorted(filter(wanted, KINDS.values()), key=lambda kind: draw(triple.id, kind.name))
    for kind in kinds:
        made = kind.applies(triple, Random(draw(triple.id, kind.name, "damage")), stranger.triple)
        if made is not None and made.code and made.code != code and made.instruction == triple.instruction:
            return made.code
    return None


def head() -> str:
    """What this is and where it was made."""
    return f"""# The metrics of coders, checked

Made by `python reports/coder_eval.py DATA -o WORK --write reports/coder_eval.md` ({platform.machine()}, Python
{platform.python_version()}): the first items of each suite with six answers each. `slight`, `plain` and
`ruined` are controlled damage of severity 1, 2 and 3 that changes the picture
([docs/corruptions.md](../docs/corruptions.md)), drawn by seed; items that no kind of a severity applies to are left out
of that column (n in brackets). For HumanEval and MBPP `slight` and `plain` are one and three comparisons, sums or
numbers changed. Means over items; an answer that does not run or draws nothing has the lowest value.
"""


def sanity_table(name: str, run: EvalRun) -> str:
    """Mean of each metric for each variant."""
    suite, _ = load_suite(name)
    lines = [f"## {suite.title}", "", "| metric | " + " | ".join(VARIANTS) + " |", "|---" * 7 + "|"]
    for metric in run.metrics:
        lines.append(f"| {metric} | " + " | ".join(_cell(run, metric, at) for at in range(len(VARIANTS))) + " |")
    verdicts = [f"`{metric}` {said}" for metric in run.metrics if (said := verdict(run, metric))]
    lines += ["", "In order: " + ("all." if not verdicts else "all but " + "; ".join(verdicts) + "."), ""]
    return "\n".join(lines)


def _values(run: EvalRun, metric: str, variant: int) -> list[float]:
    rows = [row for row in run.rows if row["sample"] == variant and row["reason"] is None]
    return [row[metric] for row in rows if row[metric] is not None]


def _cell(run: EvalRun, metric: str, variant: int) -> str:
    values = _values(run, metric, variant)
    return f"{np.mean(values):.3f} ({len(values)})" if values else "-"


def verdict(run: EvalRun, metric: str) -> str:
    """What is wrong with the order of a metric's columns; empty when they fall from the reference to the blank."""
    sign = -1 if MEASURES[metric].high == 0 else 1
    means = [sign * float(np.mean(values)) if (values := _values(run, metric, at)) else None for at in range(6)]
    told = [(VARIANTS[at], mean) for at, mean in enumerate(means) if mean is not None]
    if not told:
        return ""
    wrong = [f"{second} over {first}" for (first, a), (second, b) in pairwise(told) if b > a + 1e-9]
    return f"({', '.join(wrong)})" if wrong else ""


def cost_table(runs: dict[str, EvalRun]) -> str:
    """Median wall seconds of one answer, by step."""
    lines = [
        "## What an answer costs",
        "",
        "| suite | render or tests | metrics | slowest metric |",
        "|---|---|---|---|",
    ]
    for name, run in runs.items():
        seconds = run.seconds()
        work = {step: seconds.pop(step) for step in ("render", "tests") if step in seconds}
        first, slowest = sum(work.values()), max(seconds, key=lambda step: seconds[step])
        total = sum(value for step, value in seconds.items() if step != "rubric")
        lines.append(f"| {name} | {first:.3f} s | {total:.3f} s | {slowest} {seconds[slowest]:.3f} s |")
    return "\n".join([*lines, "", "Medians on a machine that was busy with other work; metrics without `rubric`.", ""])


if __name__ == "__main__":
    main()
