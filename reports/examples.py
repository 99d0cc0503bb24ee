"""Score the examples and compare every broken twin with its good one.

    python reports/examples.py RUN_FOLDER [--cache DIR] [--write reports/examples.md]

Exits with 1 when a twin does not score below its good one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import janus_reward as jr

EXAMPLES = Path(__file__).parents[1] / "examples" / "data" / "triples.jsonl"


def main() -> None:
    """Score, compare, print (or write) the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--cache", type=Path, help="folder of renders shared between runs")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    run = jr.score_dataset(EXAMPLES, arguments.run, cache=arguments.cache)
    rows = {row["id"]: row for row in run.table(["id", "score", "reason", "outcome", "meta"]).to_pylist()}
    pairs = twins(rows)
    text = report(rows, pairs)
    if arguments.write:
        arguments.write.write_text(text)
    print(text)
    sys.exit(any(not below(good, twin) for good, twin, _ in pairs))


def twins(rows: dict[str, dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any], str]]:
    """(good row, broken row, kind) of every twin."""
    found = []
    for row in rows.values():
        meta = json.loads(row["meta"])
        if "twin_of" in meta:
            found.append((rows[meta["twin_of"]], row, meta["broken"]))
    return found


def below(good: dict[str, Any], twin: dict[str, Any]) -> bool:
    """Whether a twin has a score and it is lower than its good one's."""
    return good["score"] is not None and twin["score"] is not None and twin["score"] < good["score"]


def report(rows: dict[str, dict[str, Any]], pairs: list[tuple[dict[str, Any], dict[str, Any], str]]) -> str:
    """The comparison as Markdown."""
    kinds: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = defaultdict(list)
    for good, twin, kind in pairs:
        kinds[kind].append((good, twin))
    goods = [row["score"] for row in rows.values() if "good" in json.loads(row["meta"]) and row["score"] is not None]
    held = sum(below(good, twin) for good, twin, _ in pairs)
    lines = [
        "# Examples: broken twins against their good ones",
        "",
        "Made by `python reports/examples.py RUN_FOLDER --write reports/examples.md`. The judge's weights were set",
        "while looking at these examples: the table shows that it is no constant, and does not estimate its accuracy.",
        "",
        f"{held} of {len(pairs)} twins score below their good one. Good ones: median {statistics.median(goods):.2f}, "
        f"least {min(goods):.2f}.",
        "",
        "| damage | twins | below | median drop | least drop |",
        "|---|---:|---:|---:|---:|",
    ]
    for kind, members in sorted(kinds.items()):
        drops = [good["score"] - twin["score"] for good, twin in members if None not in (good["score"], twin["score"])]
        count = sum(below(good, twin) for good, twin in members)
        lines.append(
            f"| {kind} | {len(members)} | {count} | {statistics.median(drops):.2f} | {min(drops):.2f} |"
            if drops
            else f"| {kind} | {len(members)} | {count} | - | - |"
        )
    wrong = [(good, twin) for good, twin, _ in pairs if not below(good, twin)]
    if wrong:
        lines += ["", "Not below:", ""]
        lines += [f"- `{twin['id']}`: {shown(twin)}, good one {shown(good)}" for good, twin in wrong]
    return "\n".join(lines) + "\n"


def shown(row: dict[str, Any]) -> str:
    """A score with the outcome of its render."""
    return (
        f"{row['score']:.3f} ({row['outcome']})" if row["score"] is not None else f"{row['reason']} ({row['outcome']})"
    )


if __name__ == "__main__":
    main()
