"""What the evidence of one triple costs, signal family by signal family.

    python reports/evidence_cost.py SOURCE [SOURCE ...] [--rows 30] [--write reports/evidence_cost.md]

Takes evenly spread rows of each source, renders them first (that is not timed) and measures every signal on one thread.
An analysis that several signals share is charged to the first that asks for it. CPU time of the process, not wall
time; each triple is measured twice in new views and the smaller time counts.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from janus_reward.dataset import open_source
from janus_reward.evidence import FAMILIES, FLAGS, SIGNALS
from janus_reward.evidence.notes import notes
from janus_reward.evidence.view import View
from janus_reward.render.base import RenderSettings
from janus_reward.render.farm import RenderFarm
from janus_reward.render.store import RenderStore
from janus_reward.sample import Sample
from janus_reward.triple import Triple

Costs = dict[str, float]


def main() -> None:
    """Time every source and print (or write) the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", metavar="SOURCE")
    parser.add_argument("--rows", type=int, default=30)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        farm = RenderFarm(RenderStore(Path(folder)), RenderSettings(), "always")
        try:
            costs = {Path(name).parent.name: timed(farm, chosen(name, arguments.rows)) for name in arguments.sources}
        finally:
            farm.close()
    text = report(costs)
    print(text)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")


def chosen(source: str, count: int) -> list[Triple]:
    """Evenly spread rows of a source that have code."""
    rows = [triple for triple in open_source(source) if triple.code]
    step = max(1, len(rows) // count)
    return rows[::step][:count]


def timed(farm: RenderFarm, triples: Sequence[Triple]) -> list[Costs]:
    """Milliseconds by family for each triple."""
    samples = [farm.sample(triple) for triple in triples]
    once(samples[0])  # imports and tables that are made once
    found = []
    for sample in samples:
        first, second = once(sample), once(sample)
        found.append(first if sum(first.values()) <= sum(second.values()) else second)
    return found


def once(sample: Sample) -> Costs:
    """Milliseconds of CPU by family for one new view of a sample; `notes and flags` is what remains."""
    view, costs = View(sample), dict.fromkeys([*FAMILIES, "notes and flags"], 0.0)
    for name, signal in SIGNALS.items():
        start = time.process_time()
        signal.value(view)
        costs[name.partition(".")[0]] += (time.process_time() - start) * 1000
    start = time.process_time()
    for flag in FLAGS.values():
        flag.raised(view)
    notes(view)
    costs["notes and flags"] += (time.process_time() - start) * 1000
    return costs


def report(costs: dict[str, list[Costs]]) -> str:
    """The report as Markdown."""
    lines = [
        "# What evidence costs",
        "",
        f"`python reports/evidence_cost.py SOURCE ... --write reports/evidence_cost.md`, Python "
        f"{platform.python_version()}, {len(SIGNALS)} signals, one thread. Milliseconds of CPU a triple, without the "
        "render: the median of the triples, and in brackets what nineteen of twenty stay under. OCR and embeddings are "
        "off, as they are by default.",
        "",
        "| family | " + " | ".join(f"{name} (n={len(rows)})" for name, rows in costs.items()) + " |",
        "| --- |" + " --- |" * len(costs),
    ]
    columns = {name: by_family(rows) for name, rows in costs.items()}
    for family in next(iter(columns.values())):
        cells = [spread(column[family]) for column in columns.values()]
        if any(cell != "-" for cell in cells):
            lines.append(f"| {family} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def by_family(rows: Sequence[Costs]) -> dict[str, list[float]]:
    """The costs of all triples by family, and their total."""
    columns: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for family, cost in row.items():
            columns[family].append(cost)
        columns["**all**"].append(sum(row.values()))
    return columns


def spread(values: Sequence[float]) -> str:
    """Median and 95th percentile; a dash where nothing was to do."""
    high = statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    return "-" if high < 0.05 else f"{statistics.median(values):.1f} ({high:.1f})"


if __name__ == "__main__":
    main()
