"""`janus-reward dedup`: near-duplicates found, verified, explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from janus_reward.cli import app, options


@app.command("dedup")
def dedup(
    src: Annotated[str, typer.Argument(metavar="SRC|RUN", help="A dataset, or the run folder that scored it.")],
    out: options.RunPlace,
    threshold: Annotated[float, typer.Option("--threshold", help="Similarity of texts from which they agree.")] = 0.8,
    on: Annotated[
        str, typer.Option("--on", metavar="LIST", help="What is compared, by commas.")
    ] = "code,instruction,render",
    agree: Annotated[
        str,
        typer.Option(
            "--agree",
            metavar="auto|any|all",
            help="What must agree. auto: the code, and the instruction or the picture with it.",
        ),
    ] = "auto",
    keep: Annotated[
        str, typer.Option("--keep", metavar="best|first", help="Who stays: best score, then by content; or the first.")
    ] = "best",
    measure: Annotated[str, typer.Option("--measure", metavar="jaccard|containment", help="Of texts.")] = "jaccard",
    normalise: Annotated[
        str, typer.Option("--normalise", metavar="names,literals", help="What is taken for the same in code.")
    ] = "",
    picture_threshold: Annotated[float, typer.Option("--picture-threshold", help="Similarity of pictures.")] = 0.85,
    frequent: Annotated[
        float, typer.Option("--frequent", help="Share of documents that makes a shingle boilerplate; 1: none is.")
    ] = 0.1,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="DIR", help="Compare with all that came before, and add.")
    ] = None,
    mapping: options.Mapping = None,
    limit: options.Limit = None,
    engine: options.Engine = "local",
    ray: options.Ray = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the MinHash permutations.")] = 1,
    as_json: options.AsJson = False,
) -> None:
    """Remove near-duplicates; every removal is verified against the survivor it names.

    RUN gets survivors.parquet, removed.parquet (survivor, modality, similarity, shared part), clusters.parquet and
    report.txt. Exit code: 0 done, 1 some rows of the source have errors, 2 usage or input, 3 stopped.

    Examples:
        janus-reward dedup runs/a -o runs/a-unique

        janus-reward dedup new.jsonl -o runs/day2 --index runs/index --on code,instruction

        janus-reward dedup index --help
    """
    from janus_reward.dedup.dataset import dedup_dataset
    from janus_reward.dedup.settings import DedupSettings

    names = _listed(normalise, ("names", "literals"))
    settings = DedupSettings(
        threshold=threshold,
        on=cast(Any, tuple(name.strip() for name in on.split(",") if name.strip())),
        agree=cast(Any, agree),
        keep=cast(Any, keep),
        measure=cast(Any, measure),
        normalise_names="names" in names,
        normalise_literals="literals" in names,
        picture_threshold=picture_threshold,
        frequent=frequent,
        seed=seed,
    )
    counts = dedup_dataset(
        src,
        out,
        settings,
        index=index,
        mapping=options.parsed_mapping(mapping),
        limit=limit,
        engine=engine,
        ray=ray,
        on_note=lambda text: typer.echo(text, err=True),
    )
    _finish(counts, out, as_json)


def _finish(counts: dict[str, Any], out: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(counts, ensure_ascii=False))
    else:
        typer.echo((Path(counts["path"]) / "report.txt").read_text(encoding="utf-8"), nl=False)
        typer.echo(f"results: {out}")
    if counts["errors"]:
        typer.echo(f"{counts['errors']} rows have errors", err=as_json)
        raise typer.Exit(1)


def _listed(text: str, known: tuple[str, ...]) -> set[str]:
    from janus_reward.errors import InputError

    names = {name.strip() for name in text.split(",") if name.strip()}
    if not names <= set(known):
        raise InputError(f"--normalise {text!r}: expected some of {', '.join(known)}, by commas")
    return names
