"""`janus-reward curate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from janus_reward.cli import app, options


@app.command("curate")
def curate(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.yaml", help="What to do; see docs/curate.md.")],
    as_json: options.AsJson = False,
) -> None:
    """Score, deduplicate, decontaminate, select, export and report, as one job.

    The same command goes on where it stopped. After a change of the file only the steps from the changed one on are
    done again; scores are kept. Exit code: 0 done, 1 some rows have errors, 2 usage or input, 3 stopped.

    Example:
        janus-reward curate curate.yaml
    """
    from rich.console import Console

    from janus_reward.cli.display import progress_bar
    from janus_reward.curate import curate as run_job
    from janus_reward.curate import read_config

    def say(name: str, state: str) -> None:
        typer.echo(f"{name}: {state}", err=True)

    with progress_bar(Console(stderr=True), "scoring") as show:
        outcome = run_job(
            read_config(config), on_step=say, on_progress=show, on_notice=lambda words: typer.echo(words, err=True)
        )
    if as_json:
        typer.echo(json.dumps(outcome, ensure_ascii=False))
    else:
        _show(outcome)
    if outcome["errors"]:
        typer.echo(f"{outcome['errors']} rows have errors", err=as_json)
        raise typer.Exit(1)


def _show(outcome: dict[str, Any]) -> None:
    from rich.console import Console

    from janus_reward.cli.funnel_view import selection_view

    Console().print(selection_view(outcome["selection"]))
    for name, made in outcome["exports"].items():
        splits = ", ".join(f"{split} {count}" for split, count in made["splits"].items()) or "no rows"
        typer.echo(f"{outcome['path']}/export/{name}: {made['format']}, {splits}")
    if outcome["report"]:
        typer.echo(f"report: {outcome['report']}")
