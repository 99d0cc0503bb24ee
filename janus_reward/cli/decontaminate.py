"""`janus-reward decontaminate`: rows that hold benchmark items, found, confirmed, explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from janus_reward.cli import app, options


@app.command("decontaminate")
def decontaminate(
    src: Annotated[str, typer.Argument(metavar="SRC|RUN", help="A dataset, or the run folder that scored it.")],
    out: options.RunPlace,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against", metavar="REF", help="A benchmark's id, ID=FILE, a file of items, or all. Repeatable."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", envvar="JANUS_REWARD_BENCHMARKS", help="Where the benchmarks' files lie."
        ),
    ] = None,
    registry: Annotated[
        Path | None, typer.Option("--registry", metavar="FILE", help="Another registry of benchmarks (YAML).")
    ] = None,
    channels: Annotated[
        str, typer.Option("--channels", metavar="LIST", help="Of words, structure, picture, paraphrase; by commas.")
    ] = "words,structure,picture",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only: every row stays.")] = False,
    mapping: options.Mapping = None,
    limit: options.Limit = None,
    engine: options.Engine = "local",
    ray: options.Ray = None,
    as_json: options.AsJson = False,
) -> None:
    """Remove rows that hold items of benchmarks: their questions, answers or pictures.

    RUN gets kept.parquet, hits.parquet (row, item, evidence, spans), report.md and certificate.json.
    Exit code: 0 done, 1 some rows of the source have errors, 2 usage or input, 3 stopped.

    Examples:
        janus-reward decontaminate data.jsonl -o runs/clean --against humaneval=HumanEval.jsonl --against mbpp

        janus-reward decontaminate runs/a -o runs/a-clean --against all --data benchmarks/ --dry-run
    """
    from janus_reward.decontaminate.dataset import decontaminate_dataset
    from janus_reward.decontaminate.registry import Registry
    from janus_reward.decontaminate.settings import DecontaminateSettings

    counts = decontaminate_dataset(
        src,
        out,
        against or ["all"],
        DecontaminateSettings(channels=tuple(name.strip() for name in channels.split(",") if name.strip())),
        registry=Registry.load(registry) if registry else None,
        data=data,
        dry_run=dry_run,
        mapping=options.parsed_mapping(mapping),
        limit=limit,
        engine=engine,
        ray=ray,
        on_note=lambda text: typer.echo(text, err=True),
    )
    if as_json:
        typer.echo(json.dumps(counts, ensure_ascii=False))
    else:
        typer.echo((Path(counts["path"]) / "report.md").read_text(encoding="utf-8"), nl=False)
        typer.echo(f"results: {out}")
    if counts["errors"]:
        typer.echo(f"{counts['errors']} rows have errors", err=True)
        raise typer.Exit(1)
