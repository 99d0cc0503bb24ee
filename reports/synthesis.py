"""The yield funnel of a finished synthesis, by strategy, with what a kept triple cost.

janus-reward synthesize CONFIG -o RUN
python reports/synthesis.py RUN --write reports/synthesis.md
"""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path
from typing import Any

from janus_reward.synthesis import Synthesis, read_synthesis
from janus_reward.synthesis.job import STAGES

_SHOWN = 6


def main() -> None:
    """Print (or write) the tables of a run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    made = read_synthesis(given.run)
    manifest = json.loads((given.run / "manifest.json").read_text(encoding="utf-8"))
    text = "\n".join([head(manifest), funnel_table(made), reason_table(made), cost_table(made), kept_list(made)])
    print(text)
    if given.write:
        given.write.write_text(text, encoding="utf-8")


def head(manifest: dict[str, Any]) -> str:
    """Which model, which judge, which settings."""
    settings = manifest["settings"]
    config, judge = settings["config"], settings["judge"]
    return f"""# Yield of a synthesis with a small local model

Made by `janus-reward synthesize CONFIG -o RUN` and `python reports/synthesis.py RUN --write reports/synthesis.md`
({platform.machine()}, Python {platform.python_version()}). Generator: {manifest["info"]["generator"]}. Judge:
{judge["name"]}; a triple is kept from {config["accept"]["min_score"]} of 5. At most {config["tries"]} tries a plan,
temperature {config["drawing"]["temperature"]}, at most {config["drawing"]["max_tokens"]} tokens of code. The seeds are
examples of this project. Few plans: this shows the way of a plan and where a weak model loses it, and is no measure of
a strategy. The evidence judge holds a picture against an instruction; it does not notice a report that denies a fault.
Seconds of generation are those of one thread on a busy machine, several replies under way at once.
{"" if manifest.get("finished") else "The run was stopped before its last plans."}
"""


def funnel_table(made: Synthesis) -> str:
    """Plans that came at least so far."""
    lines = ["## How far the plans came", "", "| strategy | " + " | ".join(STAGES) + " | kept at the first try |"]
    lines.append("|---" * (len(STAGES) + 2) + "|")
    for name, funnel in made.funnel.items():
        counts = " | ".join(str(funnel.reached[stage]) for stage in STAGES)
        lines.append(f"| {name} | {counts} | {funnel.first_try} |")
    legend = "An instruction that can be used; one that repeats none; a code; a picture with content; the strategy's "
    legend += "own check; the judge."
    return "\n".join([*lines, "", legend, ""])


def reason_table(made: Synthesis) -> str:
    """What was wrong with each try, and why plans were dropped."""
    lines = ["## What was wrong", "", "| strategy | step | reason | times |", "|---|---|---|---|"]
    counts: dict[tuple[str, str, str], int] = {}
    for row in made.rows():
        for entry in json.loads(row["history"]):
            key = (row["strategy"], entry["step"], entry["reason"])
            counts[key] = counts.get(key, 0) + 1
    lines += [f"| {' | '.join(key)} | {count} |" for key, count in sorted(counts.items())]
    return "\n".join([*lines, ""])


def cost_table(made: Synthesis) -> str:
    """Calls, tokens and seconds of generation, in all and for a kept triple."""
    lines = [
        "## What it cost",
        "",
        "| strategy | calls | tokens in, out | a kept triple: calls, tokens, s of generation |",
    ]
    lines.append("|---|---|---|---|")
    for name, funnel in made.funnel.items():
        each = funnel.as_dict()["per_kept"]
        cost = f"{each['calls']:.1f}, {each['tokens']:.0f}, {each['generation_s']:.0f}" if each else "none was kept"
        lines.append(f"| {name} | {funnel.calls} | {funnel.tokens_in}, {funnel.tokens_out} | {cost} |")
    return "\n".join([*lines, ""])


def kept_list(made: Synthesis) -> str:
    """The first kept instructions."""
    kept = [row for row in made.rows() if row["status"] == "kept"][:_SHOWN]
    lines = ["## Some that were kept", ""]
    for row in kept:
        words = " ".join(row["instruction"].split())
        shown = words if len(words) <= 300 else f"{words[:300]}..."
        lines.append(f"- {row['strategy']} ({row['slice']}), {row['score']:.2f}: {shown}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
