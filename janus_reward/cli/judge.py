"""`janus-reward judge agree`, `judge calibrate`, `judge card` and `judge test`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from janus_reward.cli import app, options

judge_app = typer.Typer(no_args_is_help=True, help="Compare a judge with people, and put it on their scale.")
app.add_typer(judge_app, name="judge")

RunIn = Annotated[Path, typer.Argument(metavar="RUN", help="A run of `score dataset`.")]
Labels = Annotated[
    Path,
    typer.Option(
        "--labels",
        metavar="FILE",
        help="JSONL, JSON or CSV: `id` and ratings, or `a`, `b` and `votes_a`, `votes_b` (or `preferred`).",
    ),
]
CriterionName = Annotated[
    str, typer.Option("--criterion", metavar="NAME", help="Column of the run to compare; `score` is the total.")
]
Field = Annotated[str | None, typer.Option("--field", help="Field of the ratings; found by its usual names.")]
Group = Annotated[str | None, typer.Option("--group", help="Field of what belongs together, e.g. a task's id.")]
Scale = Annotated[str, typer.Option("--scale", metavar="LOW:HIGH", help="Ends of the labels' scale.")]


@judge_app.command("agree")
def agree(
    run: RunIn,
    labels: Labels,
    criterion: CriterionName = "score",
    field: Field = None,
    group: Group = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="COLUMN", help="Also by domain, language, task, outcome, ...")
    ] = None,
    scale: Scale = "1:5",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write the table as Markdown.")
    ] = None,
    seed: options.Seed = 0,
    as_json: options.AsJson = False,
) -> None:
    """Say how far the scores of RUN agree with labels: correlations, kappa, alpha, coverage, people among themselves.

    Every statistic has a 95 % interval from resampling groups. Rows without a score lower the coverage, nothing else.

    Examples:
        janus-reward judge agree runs/a --labels ratings.jsonl --criterion visual_fidelity

        janus-reward judge agree runs/a --labels ratings.csv --field grade --scale 0:4 --group task --by language
    """
    from rich.console import Console

    from janus_reward.agreement import PairLabels, compare, compare_pairs, read_labels
    from janus_reward.agreement.display import markdown, table
    from janus_reward.errors import InputError
    from janus_reward.run import Run

    scored = Run(run)
    scores = _column(scored, criterion)
    read = read_labels(labels, field, group)
    if not set(read.ids) & set(scores):
        some = ", ".join(sorted(scores)[:3])
        raise InputError(f"none of the labels of {labels} is about a row of {run}", hint=f"Its ids are like {some}.")
    if isinstance(read, PairLabels):
        found: Any = compare_pairs(scores, read, seed)
    else:
        slices = {key: str(value) for key, value in _column(scored, by).items()} if by else None
        found = compare(scores, read, slices, options.parsed_scale(scale), seed)
    title = f"{criterion} of {run} against {labels.name}"
    if out is not None:
        out.write_text(markdown(found, title), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    else:
        Console().print(table(found, title))


@judge_app.command("calibrate")
def calibrate(
    run: RunIn,
    labels: Labels,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The judge file to write (.yaml).")],
    criterion: Annotated[str, typer.Option("--criterion", metavar="NAME", help="The criterion to calibrate.")],
    field: Field = None,
    group: Group = None,
    scale: Scale = "1:5",
    level: Annotated[
        float, typer.Option("--level", min=0.5, max=0.99, help="Share of the labels that an interval shall hold.")
    ] = 0.9,
    as_json: options.AsJson = False,
) -> None:
    """Fit the map from the judge's scores in RUN to your labels, with intervals, into a judge file.

    Use the file with `score dataset --judge FILE`. Calibrating another criterion into the same file adds to it.

    Example:
        janus-reward judge calibrate runs/a --labels ratings.jsonl --criterion visual_fidelity -o judge.yaml
    """
    from janus_reward.agreement import PairLabels, read_labels
    from janus_reward.calibration import fit_calibration
    from janus_reward.errors import InputError
    from janus_reward.judges.file import add_calibration
    from janus_reward.run import Run

    read = read_labels(labels, field, group)
    if isinstance(read, PairLabels):
        raise InputError(f"{labels} holds pairs", hint="A scale needs ratings: `id` and a number.")
    low, high = options.parsed_scale(scale)
    scored = Run(run)
    scores = _column(scored, criterion)
    rows = [at for at, id_ in enumerate(read.ids) if scores.get(id_) is not None]
    try:
        fitted = fit_calibration(
            [float(scores[read.ids[at]] or 0) for at in rows],
            [1 + 4 * (read.mean[at] - low) / (high - low) for at in rows],
            [read.groups[at] for at in rows],
            labels.name,
            level,
        )
    except ValueError as error:
        raise InputError(f"{labels}: {error}") from error
    judge = scored.manifest["settings"]["judge"]["name"]
    add_calibration(out, judge, criterion, fitted)
    told = {"file": str(out), "judge": judge, "criterion": criterion, "n": fitted.n, "half_width": fitted.half_width}
    if as_json:
        typer.echo(json.dumps(told))
    else:
        typer.echo(f"{out}: {criterion} of {judge}, {fitted.n} labels, {level:.0%} interval +-{fitted.half_width:.2f}")


@judge_app.command("card")
def card(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run of the judge over the triples that training/corrupt.py wrote.")
    ],
    pairs: Annotated[Path, typer.Option("--pairs", metavar="FILE", help="The pairs.parquet beside those triples.")],
    retest: Annotated[
        Path | None, typer.Option("--retest", metavar="RUN2", help="A second run of the same judge and triples.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write it as Markdown, and as JSON beside it.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Make a judge's report card: known damage seen, biases, probes, test-retest, each with an interval.

    Example:
        python training/corrupt.py good.jsonl -o damaged

        janus-reward score dataset damaged/triples.jsonl -o runs/card

        janus-reward judge card runs/card --pairs damaged/pairs.parquet -o card.md
    """
    from rich.console import Console

    from janus_reward.agreement import judge_card
    from janus_reward.agreement.display import card_markdown, card_table
    from janus_reward.run import Run

    made = judge_card(Run(run), pairs, None if retest is None else Run(retest))
    if out is not None:
        out.write_text(card_markdown(made), encoding="utf-8")
        out.with_suffix(".json").write_text(json.dumps(asdict(made), indent=1) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(asdict(made)))
    else:
        Console().print(card_table(made))


@judge_app.command("test")
def test(
    endpoint: Annotated[str, typer.Argument(metavar="ENDPOINT|FILE", help="Base address (.../v1) or a judge file.")],
    model: Annotated[str | None, typer.Option("--model", metavar="NAME", help="Model of the endpoint.")] = None,
    key_env: Annotated[
        str | None, typer.Option("--key-env", metavar="VAR", help="Environment variable that holds the key.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds for one request.")] = 120,
    as_json: options.AsJson = False,
) -> None:
    """Say what an endpoint really honours: text, pictures, JSON schemas, log probabilities, repeatability.

    Exit code 1 when it does not answer, or lacks what the judge file needs.

    Examples:
        janus-reward judge test http://localhost:8000/v1 --model Qwen/Qwen2.5-VL-7B-Instruct

        janus-reward judge test judge.yaml
    """
    from rich.console import Console

    from janus_reward.cli.selftest import capabilities_table, examined

    found, needed = examined(endpoint, model, key_env, timeout)
    if as_json:
        typer.echo(json.dumps({**found.as_dict(), "needed": list(needed)}))
    else:
        Console().print(capabilities_table(found, needed))
    if not all(found.honours(name) for name in {"text", *needed}):
        raise typer.Exit(1)


def _column(run: Any, name: str) -> dict[str, Any]:
    """A column of the run by id. Raises InputError naming the columns there are."""
    from janus_reward.errors import InputError

    known = [column for column in run.schema_names if column not in ("evidence", "checks", "rationales")]
    if name not in known:
        raise InputError(f"the run has no column {name!r}", hint=f"It has: {', '.join(known)}.")
    table = run.table(["id", name])
    return dict(zip(table["id"].to_pylist(), table[name].to_pylist(), strict=True))
