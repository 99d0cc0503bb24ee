"""What a corpus of a million triples and more takes, from what a run of yours took.

    python reports/sizing.py RUN [--rows 1000000 ...] [--core-hour 0.04] [--gb-month 0.023] [--write reports/sizing.md]

RUN is a run of `score dataset` on an otherwise idle machine with no more workers than cores: its wall seconds by stage
are then core seconds. Money is cores and storage at the prices given; a model judge's tokens come from the run, and
cost what its judge file says.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from janus_reward.run import Run
from janus_reward.run.shards import parts

_DAY_H = 24.0


@dataclass(frozen=True)
class Costs:
    """Per triple: core seconds by stage, bytes of its row and pictures, tokens in and out, money of the judge."""

    render_s: float
    measure_s: float
    judge_s: float
    row_bytes: float
    picture_bytes: float
    tokens_in: float
    tokens_out: float
    money: float

    @property
    def core_s(self) -> float:
        """Core seconds of render and measure; a judge that waits takes none of ours."""
        return self.render_s + self.measure_s + (self.judge_s if not self.tokens_in else 0.0)


def costs(run: Run) -> Costs:
    """Means over a run."""
    rows, summary = len(run), run.summary()
    if not rows:
        raise SystemExit(f"{run.path} holds no rows")
    pictures = sum(path.stat().st_size for path in (run.path / "renders").glob("??/*.png"))
    table = sum(path.stat().st_size for path in parts(run.folder))
    stages = {name: summary.stages.get(name, 0.0) / rows for name in ("render", "measure", "judge")}
    return Costs(
        stages["render"], stages["measure"], stages["judge"], table / rows, pictures / rows,
        summary.tokens_in / rows, summary.tokens_out / rows, float(summary.cost.get("money") or 0.0) / rows,
    )  # fmt: skip


def by_domain(run: Run) -> list[str]:
    """Means of render and measure by domain, as table rows."""
    names = {row["row"]: row["domain"] or "none" for row in run.table(["row", "domain"]).to_pylist()}
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for path in parts(run.path / "timings"):
        for row in pq.read_table(path).to_pylist():
            entry = sums[names[row["row"]]]
            for place, value in enumerate((1, row["render_s"] or 0.0, row["measure_s"] or 0.0)):
                entry[place] += value
    return [
        f"| {name} | {int(count)} | {1000 * render / count:.0f} | {1000 * measure / count:.0f} |"
        for name, (count, render, measure) in sorted(sums.items())
    ]


def sizes(one: Costs, rows: Sequence[int], core_hour: float, gb_month: float) -> list[str]:
    """A row of the table for each size."""
    found = []
    for count in rows:
        hours, disk = count * one.core_s / 3600, count * (one.row_bytes + one.picture_bytes) / 1e9
        tokens = count * (one.tokens_in + one.tokens_out)
        money = hours * core_hour + disk * gb_month + count * one.money
        found.append(
            f"| {count:,} | {hours:,.0f} | {hours / _DAY_H:,.0f} | {disk:,.0f} | {tokens / 1e6:,.0f} | {money:,.0f} |"
        )
    return found


def report(run: Run, arguments: argparse.Namespace) -> str:
    """The tables as Markdown."""
    one = costs(run)
    domains = "\n".join(by_domain(run))
    lines = "\n".join(sizes(one, arguments.rows, arguments.core_hour, arguments.gb_month))
    return f"""# Sizing

Made by `python reports/sizing.py RUN` from {len(run):,} rows, judge {run.manifest["settings"]["judge"]["name"]}; machine of
{os.cpu_count()} cores, load average {os.getloadavg()[2]:.1f}. A triple takes {one.core_s:.3f} core seconds, {one.row_bytes / 1000:.1f} kB of
table and {one.picture_bytes / 1000:.0f} kB of pictures.

| domain | rows | render ms | measure ms |
|---|---:|---:|---:|
{domains}

| triples | core hours | cores for one day | GB | M tokens | money ({arguments.core_hour:g} a core hour, {arguments.gb_month:g} a GB month) |
|---:|---:|---:|---:|---:|---:|
{lines}
"""  # noqa: E501 - a table


def main() -> None:
    """Read a run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--core-hour", type=float, default=0.04)
    parser.add_argument("--gb-month", type=float, default=0.023)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    text = report(Run(arguments.run), arguments)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
