"""`janus-reward inspect`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from janus_reward.cli import app, options


@app.command("inspect")
def inspect(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    triple_id: Annotated[str | None, typer.Option("--id", metavar="ID", help="Show this triple.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the summary of a run, or one of its triples with picture, verdict, reasons and evidence.

    Examples:
        janus-reward inspect runs/a

        janus-reward inspect runs/a --id chart-sales-by-region
    """
    from rich.console import Console

    from janus_reward.cli.display import evidence_view, summary_view, verdict_view
    from janus_reward.run import Run

    opened, console = Run(run), Console()
    if triple_id is None:
        summary = opened.summary()
        console.print(summary_view(summary)) if not as_json else typer.echo(json.dumps(summary.as_dict()))
        return
    row = _row(opened, triple_id)
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False))
        return
    criteria = [name.removesuffix("_reason") for name in row if name.endswith("_reason")]
    picture = str(opened.picture(row["render_sha256"])) if row.get("render_sha256") else None
    console.print(verdict_view(row, criteria, picture))
    if row.get("evidence"):
        console.print(evidence_view(row["evidence"]))


def _row(opened: Any, triple_id: str) -> dict[str, Any]:
    from janus_reward.errors import InputError

    try:
        row: dict[str, Any] = opened[triple_id]
    except KeyError:
        raise InputError(f"{opened.path} has no triple {triple_id!r}", hint=_near(opened, triple_id)) from None
    return row


def _near(opened: Any, triple_id: str) -> str:
    from difflib import get_close_matches

    ids = [value for batch in opened.batches(["id"]) for value in batch.column("id").to_pylist()][:100_000]
    near = get_close_matches(triple_id, ids, n=3)
    return f"Close ones: {', '.join(near)}." if near else f"Ids look like {', '.join(ids[:3])}."
