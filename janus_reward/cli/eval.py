"""`janus-reward eval coder` and `eval compare`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janus_reward.cli import app, options

if TYPE_CHECKING:
    from janus_reward.coder_eval.results import EvalRun

eval_app = typer.Typer(name="eval", help="Evaluate a coder on suites, and compare two of them.", no_args_is_help=True)
app.add_typer(eval_app)


@eval_app.command("coder")
def coder(
    model: Annotated[
        str,
        typer.Option(
            "--model",
            metavar="ENDPOINT|PATH",
            help="http://host/v1, weights, a generator file (.yaml), answers (.jsonl), or `reference`.",
        ),
    ],
    suite: Annotated[str, typer.Option("--suite", metavar="NAME|FILE", help="A suite of the package or a .yaml file.")],
    out: options.RunOut,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Where the items lie; the working folder when absent.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The name that the endpoint knows the model by.")] = None,
    samples: Annotated[int | None, typer.Option("--samples", min=1, help="Answers to each item.")] = None,
    temperature: Annotated[float | None, typer.Option("--temperature", min=0, help="Instead of the suite's.")] = None,
    grader: Annotated[
        Path | None, typer.Option("--grader", metavar="FILE", help="Judge file of a model that sees pictures.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N items.")] = None,
    workers: options.Workers = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="DIR", help="Ledger shared between runs; RUN when absent.")
    ] = None,
    cache: options.Cache = None,
    budget: Annotated[str | None, typer.Option("--budget", help="The most it may cost: 12.50, or '3M tokens'.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Ask a coder, render or run its answers, and measure them by the metrics of a suite.

    The same command goes on where it stopped; answers are kept in the ledger. Exit code: 0 done, 1 some answers could
    not be measured, 2 usage or input, 3 stopped.

    Examples:
        janus-reward eval coder --model http://localhost:8000/v1 --name qwen --suite humaneval --data data -o runs/he

        janus-reward eval coder --model reference --suite chartmimic-customized --data data -o runs/top
    """
    from rich.console import Console

    from janus_reward.cli.display import progress_bar
    from janus_reward.coder_eval import Coder, evaluate_coder

    with progress_bar(Console(stderr=True), "answers") as show:
        run = evaluate_coder(
            Coder(model, name, samples, temperature),
            suite,
            out,
            data=data,
            grader=None if grader is None else str(grader),
            limit=limit,
            workers=workers,
            ledger=ledger,
            cache=cache,
            budget=budget,
            on_progress=show,
        )
    _finish(run, as_json)


@eval_app.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="An evaluation.")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="Another one on the same items.")],
    as_json: options.AsJson = False,
) -> None:
    """Compare two coders item by item: the mean difference with its interval, and how often each is better.

    Example:
        janus-reward eval compare runs/before runs/after
    """
    from rich.console import Console

    from janus_reward.cli.eval_view import paired_view
    from janus_reward.coder_eval import EvalRun
    from janus_reward.coder_eval import compare as compared

    runs = EvalRun(first), EvalRun(second)
    found = compared(*runs)
    if as_json:
        typer.echo(json.dumps([asdict(paired) for paired in found], ensure_ascii=False))
    else:
        Console().print(paired_view(found, runs[0].coder, runs[1].coder))


@eval_app.command("suites")
def suites() -> None:
    """List the suites of the package."""
    from janus_reward.coder_eval import load_suite, suite_names

    for name in suite_names():
        suite = load_suite(name)[0]
        typer.echo(f"{name}: {suite.title} ({', '.join(suite.metrics)})")


def _finish(run: EvalRun, as_json: bool) -> None:
    from rich.console import Console

    from janus_reward.cli.eval_view import results_view

    summary = run.summary()
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        Console().print(results_view(run))
    if summary["errors"]:
        typer.echo(f"{summary['errors']} answers have errors", err=as_json)
        raise typer.Exit(1)
