"""A coder's run in numbers, its curve and its answers before and after: `python reports/training/coder.py RUN...`.

RUN is the `out` of a coder recipe on `training/small_drawings.py`. The recipe's judge scored the answers, or `--judge`
scores them all anew; beside it stands the share that `small_drawings.right` calls right, which had no part in choosing
data or rewarding. Of a GRPO run it also tells what the reward took of the steps, beside the rendering, measuring and
judging of its workers.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import fmean, median
from typing import Any

from janus_reward.agreement.statistics import wilson
from janus_reward.dataset.fences import strip_fences
from janus_reward.reward import JanusReward
from training.small_drawings import right

_WINDOWS = 6


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def answers(path: Path, judge: str | None) -> str:
    """One table row's cells for a file of answers."""
    rows = lines_of(path)
    if judge is not None:
        with JanusReward(judge, workers=1, defaults={"language": "svg", "domain": "svg"}) as reward:
            values = reward([row["prompt"] for row in rows], [row["answer"] for row in rows])
        rows = [row | {"reward": value} for row, value in zip(rows, values, strict=True)]
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


def overhead(history: list[dict[str, Any]]) -> str:
    """What JanusReward took of the steps of a GRPO run, after the first, which starts the workers."""
    steps = [step for step in history if "janus/seconds/call" in step][1:]
    call = median(step["janus/seconds/call"] / step["step_time"] for step in steps)
    beside = [(s["janus/seconds/call"] - s["janus/seconds/workers"]) / s["step_time"] for s in steps]
    return (
        f"a step: {median(step['step_time'] for step in steps):.0f} s (median of {len(steps)}); the reward {call:.2%} "
        f"of it, what is not rendering, measuring and judging {median(beside):.2%} (at most {max(beside):.2%})"
    )


def main() -> None:
    """Print a section a run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--judge", help="score the answers anew; else the scores that the recipe wrote count")
    options = parser.parse_args()
    for folder in options.runs:
        history = lines_of(folder / "history.jsonl")
        name = "reward" if any("reward" in step for step in history) else "loss"
        print(f"\n{folder.name}: {name}, mean over {_WINDOWS} windows of the steps\n")
        print(f"| {' | '.join(str(number) for number in range(1, _WINDOWS + 1))} |\n|{'---|' * _WINDOWS}")
        print(f"| {curve(history, name)} |\n")
        if name == "reward":
            print(f"{overhead(history)}\n")
        print("| held-out prompts | mean reward | right by small_drawings.right |\n|---|---|---|")
        for when in ("before", "after"):
            print(f"| {when} | {answers(folder / f'{when}.jsonl', options.judge)} |")


if __name__ == "__main__":
    main()
