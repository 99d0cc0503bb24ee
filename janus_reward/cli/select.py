"""`janus-reward select`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from janus_reward.cli import app, options

Dedup = Annotated[Path | None, typer.Option("--dedup", metavar="DIR", help="The folder that `dedup RUN` wrote.")]
Contamination = Annotated[
    Path | None, typer.Option("--contamination", metavar="DIR", help="The folder that `decontaminate RUN` wrote.")
]
Coverage = Annotated[
    float | None,
    typer.Option("--coverage", min=0, max=1, help="Accept this share of scored rows instead of the policy's floor."),
]


@app.command("select")
def select(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run of `score dataset`.")],
    policy: Annotated[
        str, typer.Option("--policy", "-p", metavar="P", help="A preset, a policy.yaml, or module:function.")
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="OUT", help="Folder for the decisions and what is exported.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Also write a training set into OUT/NAME: sft, sharegpt, preference, parquet, ... as `export` does.",
        ),
    ] = None,
    dedup: Dedup = None,
    contamination: Contamination = None,
    if_cut: Annotated[
        str | None,
        typer.Option("--what-if", metavar="LOW:HIGH:STEP", help="Only print what other cuts would keep."),
    ] = None,
    coverage: Coverage = None,
    as_json: options.AsJson = False,
) -> None:
    """Decide for every row of RUN: keep, drop or review, each with the first reason.

    OUT holds `decisions/part-*.parquet` (id, row, decision, reason, detail, value, tier, weight) and the funnel in
    `manifest.json`; with --format also a training set in OUT/NAME. No judge is asked again.
    Presets: balanced, strict, broad, top-third, januscoder, januscoder-clean.

    Examples:
        janus-reward select runs/a --policy balanced -o selected/a

        janus-reward select runs/a --policy my-policy.yaml --dedup runs/a-dedup -o selected/b --format sharegpt

        janus-reward select runs/a --policy broad --what-if 2:5:0.25
    """
    from janus_reward.errors import InputError
    from janus_reward.select import load_policy, select_run

    loaded = load_policy(policy)
    if if_cut is not None:
        _what_if(run, loaded, _cuts(if_cut), dedup, contamination, as_json)
        return
    if out is None:
        raise InputError("no folder to write to", hint="Give -o OUT, or --what-if to only look.")
    if form is not None:
        from janus_reward.export.formats import format_named

        format_named(form)
    selection = select_run(run, loaded, out, dedup=dedup, contamination=contamination)
    summary = selection.summary
    if form is not None:
        from janus_reward.export import export_selection

        made = export_selection(selection, out / form, form, coverage=coverage)
        summary["export"] = {name: value for name, value in made.items() if name not in ("run", "policy")}
    _show(summary, as_json)


def _what_if(
    run: Path, policy: Any, cuts: list[float], dedup: Path | None, contamination: Path | None, as_json: bool
) -> None:
    from rich.console import Console
    from rich.table import Table

    from janus_reward.select import what_if

    found = what_if(run, policy, cuts, dedup=dedup, contamination=contamination)
    if as_json:
        typer.echo(json.dumps([asdict(item) for item in found]))
        return
    table = Table(title=f"{run}, at other cuts", title_justify="left")
    for heading in ("cut", "kept", "review", "dropped", "mean of kept", "kept by domain"):
        table.add_column(heading, justify="left" if heading.startswith("kept by") else "right")
    for item in found:
        mean = "-" if item.mean is None else f"{item.mean:.2f}"
        domains = "  ".join(f"{name} {count}" for name, count in item.domains.items())
        table.add_row(f"{item.cut:g}", str(item.kept), str(item.review), str(item.dropped), mean, domains)
    Console().print(table)


def _cuts(text: str) -> list[float]:
    """`2:5:0.5` as the cuts from 2 to 5; a single number is one cut."""
    from janus_reward.errors import InputError

    try:
        numbers = [float(part) for part in text.split(":")]
    except ValueError:
        numbers = []
    if len(numbers) == 1 and 1 <= numbers[0] <= 5:
        return numbers
    if len(numbers) != 3 or not (1 <= numbers[0] <= numbers[1] <= 5 and numbers[2] >= 0.01):
        raise InputError(f"--what-if {text!r} is not LOW:HIGH:STEP on 1-5", hint="For instance: --what-if 2:5:0.25")
    low, high, step = numbers
    return [round(low + step * at, 6) for at in range(int((high - low) / step + 1e-9) + 1)]


def _show(summary: dict[str, Any], as_json: bool) -> None:
    from rich.console import Console

    from janus_reward.cli.funnel_view import selection_view

    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        Console().print(selection_view(summary))
