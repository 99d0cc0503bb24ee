"""How fast a coder is measured: a chart suite against the bare rendering of its charts, and TreeBLEU over 484 pages.

    python reports/coder_speed.py DATA -o WORK [--charts 300] --write reports/coder_speed.md

Both sides draw each chart once: the reference answers are evaluated, and the store remembers a drawing. CPU time counts
everything below this process, the jailed workers too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from janus_reward.coder_eval import MEASURES, evaluate_coder, load_suite
from janus_reward.coder_eval.items import Items
from janus_reward.coder_eval.metrics.tree_bleu import tree_bleu
from janus_reward.scoring import render_dataset

SUITE = "chartmimic-customized"
TREE_PAGES = 484
_EVERY_S = 0.1
_TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print (or write) both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="WORK")
    parser.add_argument("--charts", type=int, default=300)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    head = f"""# How fast a coder is measured

Made by `python reports/coder_speed.py DATA -o WORK --write reports/coder_speed.md` ({platform.machine()}, Python
{platform.python_version()}).
"""
    text = "\n".join([head, farm_table(given.data, given.out, given.charts), tree_speed(given.data)])
    print(text)
    if given.write:
        given.write.write_text(text, encoding="utf-8")


def farm_table(data: Path, out: Path, count: int) -> str:
    """A chart suite against the bare rendering of the same charts."""
    suite, _ = load_suite(SUITE)
    charts = [item.triple for item in Items(suite, data, count)]
    rows = [{"id": chart.id, "code": chart.code, "language": "python", "domain": "chart"} for chart in charts]
    metrics = [name for name in suite.metrics if MEASURES[name].by == "facts"]
    with tempfile.TemporaryDirectory(dir=out) as name:
        place = Path(name)
        source, quick = place / "charts.jsonl", place / "quick.yaml"
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        quick.write_text(suite.model_copy(update={"metrics": tuple(metrics)}).model_dump_json(), encoding="utf-8")
        drawn = cpu_of(lambda: render_dataset(source, place / "render", workers=1))
        measured = cpu_of(
            lambda: evaluate_coder("reference", str(quick), place / "eval", data=data, limit=count, workers=1)
        )
    return f"""## A chart suite against the render farm

| {len(charts)} charts of {SUITE}, one worker | CPU s | charts a CPU second |
|---|---|---|
| `janus-reward render` | {drawn:.1f} | {len(charts) / drawn:.2f} |
| `janus-reward eval coder`, {len(metrics)} metrics | {measured:.1f} | {len(charts) / measured:.2f} |

The suite runs at {drawn / measured:.0%} of the farm's speed; CPU time of all processes, start-up included. With a real
coder the answer and the reference are two charts; `--cache` keeps the references between runs.
"""


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of a piece of work, of all processes below this one, looked at every tenth of a second.

    The jailed workers end with their parent, which does not wait for them, so that the system's own count of finished
    children misses them; what a process spends between the last look and its end is missed here.
    """
    seen = [_tree_cpu()]
    done = threading.Event()

    def look() -> None:
        while not done.wait(_EVERY_S):
            seen.append(_tree_cpu())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return max(seen) - seen[0]


def _tree_cpu() -> float:
    """CPU seconds of this process and all below it, with those of children that they waited for."""
    told = dict(_processes())
    below, spent = {os.getpid()}, 0.0
    while fresh := {pid for pid, (parent, _) in told.items() if parent in below} - below:
        below |= fresh
    for pid in below & told.keys():
        spent += told[pid][1]
    return spent


def _processes() -> Iterator[tuple[int, tuple[int, float]]]:
    """(process, (parent, CPU seconds)) of every process of the machine; see proc(5)."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            yield int(folder.name), (int(fields[1]), sum(map(int, fields[11:15])) / _TICK)


def tree_speed(data: Path) -> str:
    """CPU seconds of TreeBLEU over 484 pairs of pages on one core."""
    suite, _ = load_suite("design2code")
    codes = [item.triple.code or "" for item in Items(suite, data)]
    pairs: Sequence[tuple[str, str]] = list(islice(cycle(zip(codes, codes[1:] + codes[:1], strict=True)), TREE_PAGES))
    start = time.process_time()
    for page, reference in pairs:
        tree_bleu(page, reference)
    spent = time.process_time() - start
    chars = sum(len(page) + len(reference) for page, reference in pairs)
    return f"""## TreeBLEU over {TREE_PAGES} pages

{spent:.1f} s of CPU on one core, parsing both sides ({chars / 1e6:.0f} MB of HTML; {len(codes)} pages at hand, each
against another, gone round).
"""


if __name__ == "__main__":
    main()
