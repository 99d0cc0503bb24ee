"""Tables, histograms and the progress bar of the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from janus_reward.run.summary import HISTOGRAM_EDGES, RunSummary
from janus_reward.scoring import Progress as RunProgress

STYLES = {
    "ok": "green",
    "partial": "yellow",
    "blank": "red",
    "failed": "red",
    "timeout": "red",
    "exceeded": "red",
    "error": "red",
}

_BAR = 32


@contextmanager
def progress_bar(console: Console, title: str) -> Iterator[Callable[[RunProgress], None] | None]:
    """A live bar with rate, time left and outcomes so far; `None` (no progress at all) when nobody watches."""
    if not console.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[outcomes]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None, rate="", outcomes="")

        def show(state: RunProgress) -> None:
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = f"{(state.done - state.resumed) / elapsed:.1f} rows/s" if elapsed else ""
            outcomes = "  ".join(
                f"[{STYLES.get(name, 'white')}]{name} {count}[/]" for name, count in state.outcomes.items()
            )
            told = f"{outcomes}  {state.spent}" if state.spent else outcomes
            bar.update(task, completed=state.done, total=state.total, rate=rate, outcomes=told)

        yield show


def summary_view(summary: RunSummary) -> RenderableType:
    """The table at the end of a run."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    if summary.criteria:
        mean = "" if summary.mean is None else f"   mean {summary.mean:.2f}   median {summary.median:.2f}"
        table.add_row("scored", f"{summary.scored} of {summary.rows}{mean}")
    else:
        table.add_row("rows", str(summary.rows))
    table.add_row("outcomes", _counts(summary.outcomes) or "none")
    if summary.reasons:
        table.add_row("unscored", _counts(summary.reasons))
    if summary.flags:
        table.add_row("flags", _counts(summary.flags))
    if summary.cost:
        table.add_row("judge", str(summary.cost["words"]))
    if summary.errors:
        table.add_row("errors", Text(f"{summary.errors} rows (column `error` says which and why)", style="red"))
    parts: list[RenderableType] = [table]
    if summary.criteria:
        parts += [Text(), _criteria(summary), Text(), _histogram(summary)]
    parts += [Text(), Text(_time(summary)), Text(f"results: {summary.path}", style="bold")]
    return Panel(Group(*parts), title=f"janus-reward: {summary.status}", title_align="left", expand=False)


def verdict_view(row: Mapping[str, Any], criteria: list[str], picture: str | None) -> RenderableType:
    """One scored triple: what was asked, what came out, each score with its reason, the facts."""
    head = Table.grid(padding=(0, 2))
    head.add_column(style="bold", no_wrap=True)
    head.add_column(overflow="fold")
    for name in ("id", "row", "domain", "task", "language", "outcome", "message", "error"):
        if row.get(name) is not None:
            head.add_row(name, Text(str(row[name]), style=STYLES.get(str(row[name]), "")))
    head.add_row("picture", picture or "none")
    head.add_row("instruction", Text(_short(row.get("instruction") or "none", 600)))
    parts: list[RenderableType] = [head]
    if "score" in row:
        parts += [Text(), _scores(row, criteria)]
        parts += _extras(row)
    return Panel(
        Group(*parts), title="janus-reward: verdict" if "score" in row else "janus-reward: render", title_align="left"
    )


def evidence_view(signals: Mapping[str, float | None]) -> RenderableType:
    """Measured signals by family; those that could not be measured are left out and counted."""
    table = Table(title="evidence", title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("signal", no_wrap=True)
    table.add_column("value", justify="right")
    for name, value in signals.items():
        if value is not None:
            table.add_row(name, f"{value:.4g}")
    table.caption = f"{sum(value is None for value in signals.values())} signals could not be measured here"
    return table


def _scores(row: Mapping[str, Any], criteria: list[str]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("criterion", no_wrap=True)
    table.add_column("score", justify="right")
    table.add_column("why", overflow="fold")
    for name in criteria:
        if row.get(f"{name}_reason") == "not_applicable" and row.get(name) is None:
            continue
        why = (row.get("rationales") or {}).get(name) or row.get(f"{name}_reason") or ""
        table.add_row(name, _score(row.get(name), row.get(f"{name}_reason")), Text(why))
    table.add_row(Text("total", style="bold"), _score(row["score"], row.get("reason")), Text(_confidence(row)))
    return table


def _extras(row: Mapping[str, Any]) -> list[RenderableType]:
    lines = [f"gates: {', '.join(row['gates'])}"] if row.get("gates") else []
    lines += [f"flags: {', '.join(row['flags'])}"] if row.get("flags") else []
    failed = [check["question"] for check in row.get("checks") or () if check["answer"] is False]
    lines += [f"check failed: {question}" for question in failed[:8]]
    return [Text(), *(Text(line) for line in lines)] if lines else []


def _confidence(row: Mapping[str, Any]) -> str:
    known = row.get("confidence")
    return f"judge {row['judge']}, rubric {row['rubric']}" + ("" if known is None else f", confidence {known:.2f}")


def _score(value: float | None, reason: str | None) -> Text:
    if value is None:
        return Text(reason or "unscored", style="dim")
    return Text(f"{value:.2f}", style="green" if value >= 4 else "yellow" if value >= 3 else "red")


def _criteria(summary: RunSummary) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for title in ("criterion", "scored", "of", "mean"):
        table.add_column(title, justify="left" if title == "criterion" else "right")
    for name, entry in summary.criteria.items():
        mean = "" if entry["mean"] is None else f"{entry['mean']:.2f}"
        table.add_row(name, str(entry["scored"]), str(entry["applicable"]), mean)
    return table


def _histogram(summary: RunSummary) -> Text:
    top = max([*summary.histogram, 1])
    lines = []
    for low, high, count in zip(HISTOGRAM_EDGES[:-1], HISTOGRAM_EDGES[1:], summary.histogram, strict=True):
        bar = "█" * math.ceil(_BAR * count / top)
        lines.append(f"{low:.1f}-{high:.1f} {bar:<{_BAR}} {count}")
    return Text("\n".join(lines))


def _time(summary: RunSummary) -> str:
    text = f"wall {summary.wall_s:.1f} s"
    if not summary.stages:
        return text
    slowest = max(summary.stages, key=lambda stage: summary.stages[stage])
    share = summary.stages[slowest] / (sum(summary.stages.values()) or 1)
    return f"{text}   slowest stage: {slowest} ({share:.0%} of the work)"


def _counts(counts: Mapping[str, int]) -> Text:
    text = Text()
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        text.append(f"{name} ", style=STYLES.get(name, ""))
        text.append(f"{count}   ")
    return text


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + " ..."
