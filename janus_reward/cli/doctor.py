"""`janus-reward doctor`: what this machine can render, at which sandbox level, and what to do about the rest."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from janus_reward.cli import app, options


@app.command("doctor")
def doctor(
    fix: Annotated[bool, typer.Option("--fix", help="Install the local copies of web libraries (needs npm).")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Say what this machine can render, at which sandbox level and why, and how to get what is missing.

    Example:
        janus-reward doctor
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from janus_reward.checkup import checkup
    from janus_reward.render import cdn

    if fix:
        typer.echo(f"web libraries: {cdn.install(lambda line: typer.echo(line, err=True))}", err=True)
    findings = checkup()
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
        return
    table = Table(show_edge=False, pad_edge=False)
    for title in ("what", "state", "detail"):
        table.add_column(title, no_wrap=title != "detail", overflow="fold")
    for finding in findings:
        detail = finding.detail if finding.ok or not finding.hint else f"{finding.detail}\n{finding.hint}"
        table.add_row(
            finding.name, Text("ok", style="green") if finding.ok else Text("missing", style="red"), Text(detail)
        )
    Console().print(table)
