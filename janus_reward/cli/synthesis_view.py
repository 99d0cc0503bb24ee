"""A synthesis as tables in the terminal: how far the plans came, and what a kept triple cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table

from janus_reward.synthesis.job import STAGES

if TYPE_CHECKING:
    from janus_reward.synthesis.made import Synthesis


def funnel_view(made: Synthesis) -> Group:
    """How far the plans of each strategy came, then what a kept triple cost and why the others were dropped."""
    stages = Table("", *STAGES, "at once", box=None)
    costs = Table("", "calls a kept", "tokens a kept", "why not", box=None)
    for name, funnel in made.funnel.items():
        told = funnel.as_dict()
        stages.add_row(name, *(str(told["reached"][stage]) for stage in STAGES), str(funnel.first_try))
        each = told["per_kept"]
        cost = (f"{each['calls']:.1f}", f"{each['tokens']:.0f}") if each else ("-", "-")
        costs.add_row(name, *cost, ", ".join(f"{reason} {count}" for reason, count in told["reasons"].items()))
    return Group(stages, "", costs, "", made.cost.get("words", ""), f"kept: {made.path / 'triples.jsonl'}")
