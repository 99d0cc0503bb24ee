"""`janus-reward label`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from janus_reward.cli import app, options


@app.command("label")
def label(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run of `score dataset`.")],
    base: Annotated[
        Path | None, typer.Option("--db", metavar="FILE", help="Where answers are kept; RUN/labels.sqlite when absent.")
    ] = None,
    size: Annotated[int, typer.Option("--size", min=1, help="Rows to expect in the sample.")] = 100,
    pairs: Annotated[int, typer.Option("--pairs", min=0, help="Pairs of answers to one instruction, at most.")] = 0,
    criteria: Annotated[
        list[str] | None, typer.Option("--criterion", metavar="NAME", help="What is rated; `score` is overall.")
    ] = None,
    cut: Annotated[
        float, typer.Option("--cut", min=1, max=5, help="Rows around this score are drawn more often.")
    ] = 3.5,
    seed: options.Seed = 0,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the page; any free one when 0.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write the answers as JSONL and stop.")
    ] = None,
    estimates: Annotated[
        bool, typer.Option("--estimate", help="Say what people would give the whole run, and stop.")
    ] = False,
    good: Annotated[float, typer.Option("--good", min=1, max=5, help="Level from which a label counts as good.")] = 4.0,
    as_json: options.AsJson = False,
) -> None:
    """Rate a sample of RUN on a page on this machine; several people, by keyboard, to be continued at any time.

    Half of the sample is drawn evenly, a quarter near the cut, a quarter where criteria disagree; each row with the
    probability of its draw.
    Raters do not see scores. Answers serve `judge agree`, `judge calibrate` and a policy's `precision`.

    Examples:
        janus-reward label runs/a --size 200 --criterion task_completion --criterion visual_fidelity

        janus-reward label runs/a --export labels.jsonl

        janus-reward label runs/a --estimate
    """
    from janus_reward.label import LabelStore
    from janus_reward.run import Run

    opened, path = Run(run), base or run / "labels.sqlite"
    if out is not None or estimates:
        _tell(opened, path, out, good, as_json)
        return
    with LabelStore(path) as store:
        asked = criteria or ["score"]
        _known(opened, asked)
        store.begin(opened, size=size, pairs=pairs, criteria=asked, cut=cut, seed=seed)
        _serve(opened, store, port)


def _serve(run: Any, store: Any, port: int) -> None:
    from janus_reward.label import serve

    server = serve(run, store, port)
    typer.echo(f"{len(server.items)} items; open {server.address}")
    typer.echo("Ctrl-C ends; everything is kept.", err=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        typer.echo(f"answers: {store.path}", err=True)
    finally:
        server.server_close()


def _tell(run: Any, path: Path, out: Path | None, good: float, as_json: bool) -> None:
    from janus_reward.errors import InputError
    from janus_reward.label import LabelStore, estimate_labels, export_labels

    if not path.exists():
        raise InputError(f"there is no {path}", hint="Collect answers first: janus-reward label RUN.")
    told: dict[str, Any] = {}
    with LabelStore(path) as store:
        criteria = (store.about() or {}).get("criteria", [])
        if out is not None:
            told["exported"] = {"path": str(out), **export_labels(store, out)}
            if not as_json:
                typer.echo(
                    f"{out}: "
                    + ", ".join(f"{name} {count}" for name, count in told["exported"].items() if name != "path")
                )
    if out is None:
        told["estimates"] = [estimate_labels(run, path, name, good) for name in criteria]
        if not as_json:
            _print_estimates(told["estimates"])
    if as_json:
        typer.echo(json.dumps(told))


def _print_estimates(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="What people would say of all rows, with 95 % intervals", title_justify="left")
    for heading in ("criterion", "what", "labels and judge", "labels alone", "rated", "of rows"):
        table.add_column(heading)
    for item in found:
        for name, rate in (("mean", item["mean"]), (f"share at {item['good']:g} or better", item["share"])):
            both = f"{rate['value']:.3f} [{rate['low']:.3f}, {rate['high']:.3f}]"
            alone = f"{rate['plain']:.3f} [{rate['plain_low']:.3f}, {rate['plain_high']:.3f}]"
            table.add_row(item["criterion"].replace("_", " "), name, both, alone, str(rate["n"]), str(rate["rows"]))
    Console().print(table)


def _known(run: Any, criteria: list[str]) -> None:
    from janus_reward.errors import InputError

    for name in criteria:
        if name != "score" and f"{name}_reason" not in run.schema_names:
            known = [column[:-7] for column in run.schema_names if column.endswith("_reason")]
            raise InputError(f"the run has no criterion {name!r}", hint=f"It has: score, {', '.join(known)}.")
