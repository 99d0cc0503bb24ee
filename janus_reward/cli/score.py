"""`janus-reward score dataset` and `janus-reward score one`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from janus_reward.cli import app, options

score_app = typer.Typer(no_args_is_help=True, help="Score a dataset of triples, or one triple.")
app.add_typer(score_app, name="score")


@score_app.command("dataset")
def dataset(
    src: options.Source,
    out: options.RunPlace,
    judge: Annotated[
        str, typer.Option("--judge", metavar="NAME|FILE", help="The judge; `evidence` needs no model.")
    ] = "evidence",
    rubrics: Annotated[
        Path | None, typer.Option("--rubrics", metavar="DIR", help="Rubric files that replace the built-in ones.")
    ] = None,
    mapping: options.Mapping = None,
    render: options.Mode = "auto",
    limit: options.Limit = None,
    workers: options.Workers = None,
    engine: options.Engine = "local",
    ray: options.Ray = None,
    seed: options.Seed = 0,
    shard_rows: options.ShardRows = 256,
    cache: options.Cache = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger", metavar="DIR", help="Share raw replies of model judges between runs; RUN when absent."
        ),
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="N", help="Stop before this is spent: 12.50, or '3M tokens'.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Render, measure and judge every triple of SRC into the folder RUN.

    Every row of SRC comes out once, whatever happened to it. Stopped runs (Ctrl-C, SIGKILL, full disk) go on with the
    same command and end with the same bytes. Exit code: 0 done, 1 some rows have errors, 2 usage or input, 3 stopped.

    Examples:
        janus-reward score dataset examples/data/triples.jsonl -o runs/examples

        janus-reward score dataset corpus.parquet -o runs/a --map instruction=prompt --map code=answer --limit 1000

        janus-reward score dataset corpus.parquet -o runs/b --judge judge.yaml --ledger ledger --budget 20

        janus-reward score dataset s3://bucket/corpus.parquet -o s3://bucket/runs/c --engine ray --ray cluster.yaml
    """
    from rich.console import Console

    from janus_reward.cli.display import progress_bar
    from janus_reward.render.farm import RenderMode
    from janus_reward.scoring import score_dataset

    with progress_bar(Console(stderr=True), "scoring") as show:
        run = score_dataset(
            src,
            out,
            judge=judge,
            rubrics=rubrics,
            mapping=options.parsed_mapping(mapping),
            render=cast(RenderMode, options.known_mode(render)),
            limit=limit,
            workers=workers,
            engine=engine,
            ray=ray,
            seed=seed,
            shard_rows=shard_rows,
            cache=cache,
            ledger=ledger,
            budget=budget,
            on_progress=show,
            on_notice=lambda words: typer.echo(words, err=True),
        )
    finish(run, as_json)


@score_app.command("one")
def one(
    instruction: Annotated[
        str | None, typer.Option("--instruction", metavar="T|@F", help="The text, or @FILE.")
    ] = None,
    code: Annotated[Path | None, typer.Option("--code", metavar="F", help="The file with the code.")] = None,
    picture: Annotated[Path | None, typer.Option("--render", metavar="F", help="A picture of the result.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="L", help="Told from the content when absent.")
    ] = None,
    judge: Annotated[str, typer.Option("--judge", metavar="NAME|FILE", help="The judge.")] = "evidence",
    rubrics: Annotated[Path | None, typer.Option("--rubrics", metavar="DIR", help="Rubric files.")] = None,
    seed: options.Seed = 0,
    as_json: options.AsJson = False,
) -> None:
    """Score one triple and print its verdict.

    Example:
        janus-reward score one --instruction "A red circle" --code circle.svg
    """
    from janus_reward.errors import InputError
    from janus_reward.scorer import Scorer

    if code is None and picture is None:
        raise InputError("there is nothing to score", hint="Give --code FILE, --render FILE, or both.")
    record: dict[str, Any] = {"instruction": options.text_or_file(instruction), "language": language}
    if code is not None:
        record["code"] = options.read_text(code)
    if picture is not None:
        record["render"] = _bytes(picture)
    with Scorer(judge, rubrics=rubrics, seed=seed, cache=_cache()) as scorer:
        verdict = scorer.score(record)
        _show(verdict, scorer.picture(verdict), as_json)


def finish(run: Any, as_json: bool) -> None:
    """Print the summary of a run; exit with 1 when some rows have errors."""
    from rich.console import Console

    from janus_reward.cli.display import summary_view

    summary = run.summary()
    if as_json:
        typer.echo(json.dumps(summary.as_dict(), ensure_ascii=False))
    else:
        Console().print(summary_view(summary))
    if summary.errors:
        typer.echo(f"{summary.errors} rows have errors", err=as_json)
        raise typer.Exit(1)


def _show(verdict: Any, picture: Path | None, as_json: bool) -> None:
    from rich.console import Console

    from janus_reward.cli.display import evidence_view, verdict_view
    from janus_reward.run.schema import score_row

    if as_json:
        plain = asdict(verdict)
        plain["picture"] = None if picture is None else str(picture)
        typer.echo(json.dumps(plain, ensure_ascii=False, default=_plain))
        return
    row = score_row(verdict, "")
    console = Console()
    console.print(verdict_view(row, list(verdict.criteria), None if picture is None else str(picture)))
    console.print(evidence_view(row["evidence"]))


def _plain(value: Any) -> Any:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else str(value)


def _bytes(path: Path) -> bytes:
    from janus_reward.errors import InputError

    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def _cache() -> Path:
    import os

    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "janus-reward" / "renders"
