"""Finished evaluations of coders: each as a table, and those of one suite compared item by item with the first.

janus-reward eval coder --model MODEL --suite NAME --data DATA -o RUN
python reports/coder_models.py RUN... --write reports/coder_models.md
"""

from __future__ import annotations

import argparse
import platform
from collections import defaultdict
from pathlib import Path

from janus_reward.coder_eval import EvalRun, compare


def main() -> None:
    """Print (or write) the tables of runs, suite by suite."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    suites: dict[str, list[EvalRun]] = defaultdict(list)
    for path in given.runs:
        run = EvalRun(path)
        suites[run.summary()["suite"]].append(run)
    text = "\n".join([head(), *(suite_part(name, runs) for name, runs in suites.items())])
    print(text)
    if given.write:
        given.write.write_text(text, encoding="utf-8")


def head() -> str:
    """What this is."""
    return f"""# Small local models as coders

Made by `janus-reward eval coder --model MODEL --suite NAME --data DATA --limit 20 -o RUN` for each model and suite, and
`python reports/coder_models.py RUN... --write reports/coder_models.md` ({platform.machine()}, Python
{platform.python_version()}). Few items, one answer each, drawn as the suite says: this shows that a real model goes
through generation, sandbox, metrics and comparison, and how wide the intervals are then; it is no ranking, and the
models may have seen these items in training.
"""


def suite_part(name: str, runs: list[EvalRun]) -> str:
    """Every run of a suite, then the comparisons."""
    lines = [f"## {name}", "", "| coder | metric | mean [95 %] | scored | s an answer |", "|---|---|---|---|---|"]
    lines += [line for run in runs for line in _rows(run)]
    lines += ["", *(f"- {run.summary()['cost'].get('words', '')}" for run in runs), ""]
    return "\n".join([*lines, *(line for other in runs[1:] for line in comparison(runs[0], other))])


def _rows(run: EvalRun) -> list[str]:
    coder = run.summary()["coder"]
    return [
        f"| {coder} | {line.name} | {line.estimate} | {line.scored} of {line.answers} | "
        f"{'-' if line.seconds is None else format(line.seconds, '.3f')} |"
        for line in run.results()
    ]


def comparison(first: EvalRun, second: EvalRun) -> list[str]:
    """Two coders on the same items."""
    names = [run.summary()["coder"] for run in (first, second)]
    lines = [
        f"{names[1]} against {names[0]}, item by item:",
        "",
        "| metric | difference [95 %] | better | worse | the same |",
        "|---|---|---|---|---|",
    ]
    for pair in compare(first, second):
        lines.append(f"| {pair.name} | {pair.difference} | {pair.better} | {pair.worse} | {pair.same} |")
    return [*lines, ""]


if __name__ == "__main__":
    main()
