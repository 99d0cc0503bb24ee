"""A selection in the terminal: the funnel, and what is kept by slice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_BAR = 12
_REASONS = 3


def selection_view(summary: Mapping[str, Any]) -> RenderableType:
    """The panel at the end of `select`."""
    rows = summary["rows"]
    head = Text.assemble(
        (f"kept {summary['kept']}", "green"),
        f" of {rows}   ",
        (f"review {summary['review']}", "yellow"),
        f"   dropped {summary['dropped']}",
    )
    parts: list[RenderableType] = [head, Text(_coverage(summary)), Text(), _funnel(summary), Text(), _slices(summary)]
    if "export" in summary:
        told = summary["export"]
        parts += [Text(), Text(f"exported {told['rows']} rows as {told['format']} to {told['path']}")]
        parts += [Text(f"  left out {count}: {why}", "yellow") for why, count in told["left_out"].items()]
    return Panel(Group(*parts), title=f"selection {summary['path']}", title_align="left")


def _coverage(summary: Mapping[str, Any]) -> str:
    coverage = summary["coverage"]
    if coverage is None:
        return "there are no rows"
    told = f"scored {coverage:.1%} of the rows (floor {summary['coverage_floor']:.0%})"
    return told if coverage >= summary["coverage_floor"] else f"{told}: too few to export"


def _funnel(summary: Mapping[str, Any]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("step", "drop", "review", "left", "", "most common reasons"):
        table.add_column(heading, justify="right" if heading in ("drop", "review", "left") else "left")
    for step in summary["funnel"]:
        bar = "█" * math.ceil(_BAR * step["left"] / max(1, summary["rows"]))
        common = sorted(step["reasons"].items(), key=lambda item: (-item[1], item[0]))[:_REASONS]
        told = "  ".join(f"{name.partition(': ')[2]} {count}" for name, count in common)
        table.add_row(step["name"], str(step["drop"]), str(step["review"]), str(step["left"]), bar, Text(told))
    return table


def _slices(summary: Mapping[str, Any]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("slice", "rows", "kept", "review", "dropped"):
        table.add_column(heading, justify="left" if heading == "slice" else "right")
    for by, found in summary["slices"].items():
        for name, counts in found.items():
            cells = (str(counts[key]) for key in ("rows", "kept", "review", "dropped"))
            table.add_row(Text(f"{by} {name}"), *cells)
    return table
