"""Charts per second per core: warm workers, each job in its own sandbox, against a fresh interpreter per script.

    python reports/bench_charts.py [--scripts N] [--rounds R] [--write reports/speed_charts.md]

Both ways draw the same scripts, one at a time on one core, in turn (A B A B ...); medians over the rounds. The naive
way is what pipelines do: `python script.py` with the same libraries and the Agg backend, no sandbox at all.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from janus_reward.render.base import RenderSettings
from janus_reward.render.python import PythonRenderer

EXAMPLES = Path(__file__).parents[1] / "examples" / "data" / "triples.jsonl"


def scripts(count: int) -> list[str]:
    """Good matplotlib and seaborn scripts of the examples."""
    found = []
    with EXAMPLES.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            good = record["meta"].get("good") and record.get("language") == "python" and record.get("domain") == "chart"
            if good and "plotly" not in record["code"]:
                found.append(record["code"])
    return (found * count)[:count]


def naive(codes: list[str]) -> None:
    """A fresh interpreter for each script, as a process of its own; the picture is saved at the end."""
    with tempfile.TemporaryDirectory() as folder:
        for number, code in enumerate(codes):
            path = Path(folder) / f"script{number}.py"
            path.write_text(
                f"{code}\nimport matplotlib.pyplot as _p\n_p.savefig('out{number}.png')\n", encoding="utf-8"
            )
            environment = {**os.environ, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
            subprocess.run([sys.executable, path.name], cwd=folder, env=environment, check=True, capture_output=True)


def warm(renderer: PythonRenderer, codes: list[str]) -> None:
    """The product's way: forked from a warm process, each job in its own sandbox, facts introspected."""
    for code in codes:
        drawn = renderer.render(code, "python")
        if drawn.outcome != "ok":
            raise SystemExit(f"a benchmark script failed: {drawn.message}")


def seconds(work: Callable[[], None]) -> float:
    """Wall seconds of one piece of work."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure both ways in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scripts", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    codes = scripts(arguments.scripts)
    renderer = PythonRenderer(RenderSettings())
    warm(renderer, codes[:1])
    rounds = []
    for _ in range(arguments.rounds):
        slow, fast = seconds(lambda: naive(codes)), seconds(lambda: warm(renderer, codes))
        rounds.append((slow / len(codes), fast / len(codes)))
    renderer.close()
    text = report(rounds, len(codes))
    if arguments.write:
        arguments.write.write_text(text)
    print(text)


def report(rounds: list[tuple[float, float]], count: int) -> str:
    """The table as Markdown."""
    slow, fast = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratios = sorted(a / b for a, b in rounds)
    return f"""# Charts: warm sandboxed workers against a fresh interpreter per script

Made by `python reports/bench_charts.py --write reports/speed_charts.md`: {count} scripts of the examples,
{len(rounds)} rounds in turn, pinned to one core ({platform.machine()}, Python {platform.python_version()}).

| way | median ms per chart | charts per second per core |
|---|---:|---:|
| fresh interpreter, no sandbox, no facts | {1000 * slow:.0f} | {1 / slow:.2f} |
| warm worker, own sandbox, facts introspected | {1000 * fast:.0f} | {1 / fast:.2f} |

Ratio: median {statistics.median(ratios):.1f}x (from {ratios[0]:.1f}x to {ratios[-1]:.1f}x over the rounds).
"""


if __name__ == "__main__":
    main()
