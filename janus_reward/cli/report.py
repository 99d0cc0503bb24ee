"""`janus-reward report`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from janus_reward.cli import app, options
from janus_reward.cli.select import Contamination, Dedup


@app.command("report")
def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run of `score dataset`.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="FILE.html, FILE.md, or a folder for many rows; RUN/report.html when absent.",
        ),
    ] = None,
    selection: Annotated[
        Path | None, typer.Option("--selection", metavar="DIR", help="The folder that `select RUN` wrote.")
    ] = None,
    dedup: Dedup = None,
    contamination: Contamination = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", metavar="RUN0", help="An earlier run of the same rows: what moved.")
    ] = None,
    card: Annotated[
        Path | None, typer.Option("--card", metavar="FILE", help="The JSON that `judge card -o` wrote.")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Heading; the folder's name when absent.")] = "",
    gallery: Annotated[int, typer.Option("--gallery", min=0, max=100_000, help="Rows shown in full.")] = 240,
    as_json: options.AsJson = False,
) -> None:
    """Write the audit of RUN as a page that works without a network, and print its summary.

    Examples:
        janus-reward report runs/a

        janus-reward report runs/a --selection selected/a --dedup runs/a-dedup --compare runs/before -o audit.html

        janus-reward report runs/a -o audit --gallery 5000

        janus-reward report runs/a -o audit.md
    """
    from janus_reward.cli.display import summary_view
    from janus_reward.report import report_run
    from janus_reward.run import Run

    written = report_run(
        run,
        out,
        selection=selection,
        dedup=dedup,
        contamination=contamination,
        compare=compare,
        card=card,
        title=title,
        gallery=gallery,
    )
    summary = Run(run).summary()
    if as_json:
        typer.echo(json.dumps({**summary.as_dict(), "report": str(written)}))
        return
    from rich.console import Console

    Console().print(summary_view(summary))
    typer.echo(f"report: {written} ({written.stat().st_size / 1e6:.1f} MB)")
