"""Render and score every set below a folder and write the outcome table with every failure class.

    python reports/outcomes.py DATA_FOLDER RUNS_FOLDER [--workers N] [--write reports/outcomes.md]

DATA_FOLDER holds one folder per set with `triples.jsonl` or `triples.jsonl.gz`. Runs resume, so the command may be
stopped and started again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import janus_reward as jr
from janus_reward.scoring import versions

CAUSES: tuple[tuple[str, str, str], ...] = (
    (r"there is no code", "data", "the record has no code"),
    (r"FileNotFoundError|No such file", "data", "the code reads a file that is not in the data"),
    (r"deprecated|has no attribute|unexpected keyword|got an unexpected|cannot import name|removed|only 0-dim", "data",
     "the code calls what newer library versions dropped"),
    (r"No module named", "data", "the code imports a package that is not part of the `render` extra"),
    (r"refused|external|network|URL", "data", "the code needs data from the network"),
    (r"SyntaxError|ParseError|parse|not well-formed|syntax|JSON", "data", "the code does not parse"),
    (r"the picture is uniform", "data", "the code draws nothing"),
    (r"was used by an earlier row", "data", "the id is not unique"),
    (r"not drawn within|processor time|ran longer", "limits", "needs more time than the limit"),
    (r"memory|pixels|scratch", "limits", "more memory, disk or pixels than the limit"),
    (r"Error", "data", "the code raises"),
)  # fmt: skip
"""First match of the message: whose fault, and in words."""


def sets(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and file of each set."""
    for path in sorted([*folder.glob("*/triples.jsonl"), *folder.glob("*/triples.jsonl.gz")]):
        yield path.parent.name, path


def main() -> None:
    """Score each set and print (or write) the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--cache", type=Path, help="folder of renders shared between runs")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    runs = {}
    for name, path in sets(arguments.data):
        runs[name] = jr.score_dataset(path, arguments.runs / name, workers=arguments.workers, cache=arguments.cache)
        print(name, json.dumps(dict(runs[name].summary().outcomes)), flush=True)
    text = report(runs)
    if arguments.write:
        arguments.write.write_text(text)
    print(text)


def report(runs: dict[str, jr.Run]) -> str:
    """The report as Markdown."""
    used = versions()
    head = [
        "# Outcomes on real sets",
        "",
        "Made by `python reports/outcomes.py DATA_FOLDER RUNS_FOLDER --write reports/outcomes.md`, which scores every",
        "row with the `evidence` judge and the default settings.",
        "",
        f"Machine: {os.cpu_count()} cores, {platform.machine()}. Versions: "
        + ", ".join(f"{name} {version}" for name, version in used.items() if version)
        + ".",
        "",
    ]
    return "\n".join(head + outcome_table(runs) + [""] + score_table(runs) + [""] + failure_table(runs)) + "\n"


def outcome_table(runs: dict[str, jr.Run]) -> list[str]:
    """Rows by outcome for each set."""
    names = sorted(
        {name for run in runs.values() for name in run.summary().outcomes}, key=lambda name: (name != "ok", name)
    )
    lines = ["## Outcomes", "", "| set | rows | " + " | ".join(names) + " | errors | ok of those with code |"]
    lines.append("|---|" + "---:|" * (len(names) + 3))
    for name, run in runs.items():
        summary = run.summary()
        table = run.table(["outcome", "code"]).to_pylist()
        coded = [row["outcome"] for row in table if row["code"] is not None]
        share = f"{coded.count('ok') / len(coded):.1%}" if coded else "-"
        counts = " | ".join(str(summary.outcomes.get(outcome, 0)) for outcome in names)
        lines.append(f"| {name} | {summary.rows} | {counts} | {summary.errors} | {share} |")
    return lines


def score_table(runs: dict[str, jr.Run]) -> list[str]:
    """How the totals are spread."""
    lines = ["## Totals", "", "| set | scored | 10% | median | 90% |", "|---|---:|---:|---:|---:|"]
    for name, run in runs.items():
        summary = run.summary()
        scores = sorted(value for value in run.table(["score"]).column("score").to_pylist() if value is not None)
        tenths = statistics.quantiles(scores, n=10) if len(scores) > 1 else [float("nan")] * 9
        cells = [f"{summary.scored} of {summary.rows}", f"{tenths[0]:.2f}", f"{tenths[4]:.2f}", f"{tenths[8]:.2f}"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def failure_table(runs: dict[str, jr.Run]) -> list[str]:
    """Every class of row that is not ok, with whose fault it is."""
    lines = [
        "## Everything that is not `ok`",
        "",
        "| set | outcome | rows | whose | class | example |",
        "|---|---|---:|---|---|---|",
    ]
    for name, run in runs.items():
        classes: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for row in run.table(["id", "outcome", "message", "error"]).to_pylist():
            if row["outcome"] not in ("ok", "not_needed"):
                message = row["error"] or row["message"] or ""
                classes[(row["outcome"] or "error", *cause(message))].append(f"{row['id']}: {message}")
        for (outcome, whose, words), examples in sorted(classes.items(), key=lambda item: -len(item[1])):
            lines.append(f"| {name} | {outcome} | {len(examples)} | {whose} | {words} | {cell(examples[0])} |")
    return lines


def cause(message: str) -> tuple[str, str]:
    """Whose fault a message is, and the class in words."""
    for pattern, whose, words in CAUSES:
        if re.search(pattern, message):
            return whose, words
    return "unexplained", message[:60] or "no message"


def cell(text: str) -> str:
    """Text that fits a Markdown cell."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|")[:160]


if __name__ == "__main__":
    main()
