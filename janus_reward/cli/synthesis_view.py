"""A synthesis as tables in the terminal: how far the plans came, and what a kept triple cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table

from janus_reward.synthesis.job import STAGES

if TYPE_CHECKING:
    from janus_reward.synthesis.made import Synthesis


def funnel_view(made: Synthesis) -> Group:
    """One line a strategy, then the cost."""
    table = Table("strategy", *STAGES, "at once", "calls, tokens a kept", "why not", box=None)
    for name, funnel in made.funnel.items():
        told = funnel.as_dict()
        each = told["per_kept"]
        cost = f"{each['calls']:.1f}, {each['tokens']:.0f}" if each else "-"
        reasons = ", ".join(f"{reason} {count}" for reason, count in list(told["reasons"].items())[:3])
        counts = (str(told["reached"][stage]) for stage in STAGES)
        table.add_row(name, *counts, str(funnel.first_try), cost, reasons)
    return Group(table, made.cost.get("words", ""), f"kept: {made.path / 'triples.jsonl'}")
