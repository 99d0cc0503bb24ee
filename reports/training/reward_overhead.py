"""What JanusReward costs beside the rendering, measuring and judging: `python reports/training/reward_overhead.py`.

A GRPO step asks for the rewards of a batch of completions; the codes are fresh, so that no render is remembered. The
overhead is what the callable takes beside what its worker spent in the stages, as a share of the whole call. A GRPO
step also generates and trains, so of a step it is less.
"""

from __future__ import annotations

import platform
import statistics
import time

from janus_reward.reward import JanusReward
from training.small_drawings import COLOURS, SHAPES, drawing

BATCH, ROUNDS = 32, 5


def batch(number: int) -> tuple[list[str], list[str]]:
    """Prompts and completions that no round before has seen."""
    prompts, completions = [], []
    for at in range(BATCH):
        colour, ground = COLOURS[at % len(COLOURS)], COLOURS[(at + 1) % len(COLOURS)]
        shape = list(SHAPES)[at % len(SHAPES)]
        code = drawing(shape, colour, ground).replace("</svg>", f"<desc>{number}-{at}</desc></svg>")
        prompts.append(f"Draw an SVG: a {colour} {shape} on a {ground} ground")
        completions.append(f"```svg\n{code}\n```")
    return prompts, completions


def main() -> None:
    """Print the table."""
    calls, stages, processor = [], [], []
    parts: dict[str, list[float]] = {"render": [], "measure": [], "judge": []}
    with JanusReward(workers=1, defaults={"domain": "svg"}) as reward:
        reward.rewarded(*batch(-1))
        for number in range(ROUNDS):
            prompts, completions = batch(number)
            start, used = time.perf_counter(), time.process_time()
            found = reward.rewarded(prompts, completions)
            calls.append(time.perf_counter() - start)
            processor.append(time.process_time() - used)
            stages.append(sum(sum(item.seconds.values()) for item in found))
            for name, seconds in parts.items():
                seconds.append(sum(item.seconds[name] for item in found))
    shares = [(call - stage) / call for call, stage in zip(calls, stages, strict=True)]
    print(f"{BATCH} drawings a call, {ROUNDS} calls, one worker; Python {platform.python_version()}\n")
    print("| what | median |")
    print("|---|---|")
    print(f"| the call, a completion | {statistics.median(calls) / BATCH * 1000:.1f} ms |")
    for name, seconds in parts.items():
        print(f"| of it in the worker: {name} | {statistics.median(seconds) / BATCH * 1000:.1f} ms |")
    print(f"| the rest, as a share of the call | {statistics.median(shares):.1%} |")
    used = statistics.median(processor) / BATCH * 1000
    print(f"| processor time in the trainer's process, a completion | {used:.2f} ms |")


if __name__ == "__main__":
    main()
