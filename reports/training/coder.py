"""A coder's run in numbers, its curve and its answers before and after: `python reports/training/coder.py RUN...`.

RUN is the `out` of a coder recipe on `training/small_drawings.py`. The recipe's judge scores the answers; beside it
stands the share that `small_drawings.right` calls right, which had no part in choosing data or rewarding.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import fmean
from typing import Any

from janus_reward.agreement.statistics import wilson
from janus_reward.dataset.fences import strip_fences
from training.small_drawings import right

_WINDOWS = 6


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def answers(path: Path) -> str:
    """One table row's cells for a file of answers."""
    rows = lines_of(path)
    hits = sum(right(row["prompt"][-1]["content"], strip_fences(row["answer"])[0]) for row in rows)
    rewards = [row["reward"] for row in rows if row["reward"] is not None]
    mean = f"{fmean(rewards):.3f}" if rewards else "-"
    share = wilson(hits, len(rows))
    return f"{mean} | {hits} of {len(rows)} [{share.low:.0%}, {share.high:.0%}]"


def curve(history: list[dict[str, Any]], name: str) -> str:
    """Means of a logged number over equal windows of the steps."""
    values = [step[name] for step in history if name in step]
    size = max(1, len(values) // _WINDOWS)
    return " | ".join(f"{fmean(values[at : at + size]):.3f}" for at in range(0, size * _WINDOWS, size) if values[at:])


def main() -> None:
    """Print a section a run."""
    for folder in map(Path, sys.argv[1:]):
        history = lines_of(folder / "history.jsonl")
        name = "reward" if any("reward" in step for step in history) else "loss"
        print(f"\n{folder.name}: {name}, mean over {_WINDOWS} windows of the steps\n")
        print(f"| {' | '.join(str(number) for number in range(1, _WINDOWS + 1))} |\n|{'---|' * _WINDOWS}")
        print(f"| {curve(history, name)} |\n")
        print("| held-out prompts | reward of the recipe's judge | right by small_drawings.right |\n|---|---|---|")
        for when in ("before", "after"):
            print(f"| {when} | {answers(folder / f'{when}.jsonl')} |")


if __name__ == "__main__":
    main()
