"""`janus-reward export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from janus_reward.cli import app, options
from janus_reward.cli.select import Coverage


@app.command("export")
def export(
    selection: Annotated[Path, typer.Argument(metavar="SELECTION", help="A folder that `select` wrote.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help="Folder of the set; appears when complete.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="sharegpt, sft, prompt-completion, preference, reward, parquet, datasets, webdataset.",
        ),
    ] = "datasets",
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="SRC", help="Where the scored dataset lies now, when it was moved."),
    ] = None,
    run: Annotated[
        Path | None, typer.Option("--run", metavar="RUN", help="Where the run lies now, when it was moved.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Of the set, in its card.")] = None,
    validation: Annotated[
        float, typer.Option("--validation", min=0, max=0.99, help="Share of the prompts in a validation split.")
    ] = 0.0,
    margin: Annotated[
        float, typer.Option("--margin", min=0, max=4, help="Least score difference of a preference pair.")
    ] = 0.5,
    most: Annotated[int, typer.Option("--pairs", min=1, help="Preference pairs a prompt, at most.")] = 3,
    coverage: Coverage = None,
    as_json: options.AsJson = False,
) -> None:
    """Write what a selection keeps as a training set, with a card, Croissant metadata and a manifest of hashes.

    Examples:
        janus-reward export selected/a -o sets/a --format sharegpt

        janus-reward export selected/a -o sets/pairs --format preference --margin 0.75 --validation 0.02
    """
    from janus_reward.export import export_selection

    made = export_selection(
        selection,
        out,
        form,
        source=source,
        run=run,
        name=name,
        validation=validation,
        margin=margin,
        pairs_per_prompt=most,
        coverage=coverage,
    )
    if as_json:
        typer.echo(json.dumps({key: value for key, value in made.items() if key not in ("run", "policy")}))
        return
    splits = ", ".join(f"{split} {count}" for split, count in made["splits"].items()) or "no rows"
    typer.echo(f"{made['path']}: {made['format']}, {splits}")
    for why, count in made["left_out"].items():
        typer.echo(f"  left out {count}: {why}")
