"""`janus-reward synthesize`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janus_reward.cli import app, options

if TYPE_CHECKING:
    from janus_reward.synthesis.made import Synthesis


@app.command("synthesize")
def synthesize(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="What to make; see docs/synthesize.md.")],
    out: options.RunOut,
    workers: options.Workers = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="DIR", help="Ledger shared between runs; RUN when absent.")
    ] = None,
    cache: options.Cache = None,
    budget: Annotated[str | None, typer.Option("--budget", help="The most it may cost: 12.50, or '3M tokens'.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Make triples: propose, generate, execute, judge, feed back, keep or drop with the reason.

    RUN gets triples.jsonl (what was kept, with its provenance), jobs/part-*.parquet (every plan and what was wrong with
    each try), the pictures and the ledger. The same command goes on where it stopped. Exit code: 0 done, 1 some plans
    met an error of ours, 2 usage or input, 3 stopped.

    Example:
        janus-reward synthesize examples/synthesis/charts.yaml -o runs/made
    """
    from rich.console import Console

    from janus_reward.cli.display import progress_bar
    from janus_reward.synthesis import read_config
    from janus_reward.synthesis import synthesize as make

    with progress_bar(Console(stderr=True), "plans") as show:
        made = make(
            *read_config(config), out, workers=workers, ledger=ledger, cache=cache, budget=budget, on_progress=show
        )
    _finish(made, as_json)


def _finish(made: Synthesis, as_json: bool) -> None:
    from rich.console import Console

    from janus_reward.cli.synthesis_view import funnel_view

    if as_json:
        typer.echo(json.dumps(made.summary(), ensure_ascii=False))
    else:
        Console().print(funnel_view(made))
    errors = sum(row["status"] == "error" for row in made.rows())
    if errors:
        typer.echo(f"{errors} plans met an error", err=as_json)
        raise typer.Exit(1)
