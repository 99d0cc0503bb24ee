"""`janus-reward serve`: the scores as an HTTP service."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, cast

import typer

from janus_reward.cli import app, options


@app.command("serve")
def serve(
    host: Annotated[
        str, typer.Option("--host", help="Where it listens; beyond this machine it needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Any free one when 0.")] = 8484,
    judge: Annotated[
        str, typer.Option("--judge", metavar="NAME|FILE", help="The judge, as for `score dataset`.")
    ] = "evidence",
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="FILE", help="Judge file of a model that /v1/compare asks in both orders."),
    ] = None,
    rubrics: Annotated[
        Path | None, typer.Option("--rubrics", metavar="DIR", help="Rubric files that replace the built-in ones.")
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="Tokens, one a line; JANUS_REWARD_TOKEN when absent."),
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="DIR", help="Renders, uploads and jobs; survives restarts.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Datasets below it may be named by jobs.")
    ] = None,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="DIR", help="Index of `dedup --index` for /v1/dedup/query.")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="DIR", help="Ledger of a model judge; in --state when absent.")
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option("--budget", metavar="N", help="Each model judge may cost no more: 12.50, or '3M tokens'."),
    ] = None,
    render: options.Mode = "auto",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Render processes; all cores when absent.")
    ] = None,
    queue: Annotated[int, typer.Option("--queue", min=1, help="Triples that may wait; more get 429.")] = 256,
    batch: Annotated[int, typer.Option("--batch", min=1, max=1024, help="Triples in one request.")] = 64,
    body_mb: Annotated[int, typer.Option("--body-mb", min=1, help="MiB of one request.")] = 32,
    upload_mb: Annotated[int, typer.Option("--upload-mb", min=1, help="MiB of one uploaded dataset.")] = 1024,
    memory_mb: Annotated[int, typer.Option("--memory-mb", min=1, help="MiB of all requests under way.")] = 256,
    cache_mb: Annotated[int, typer.Option("--cache-mb", min=1, help="MiB of pictures kept.")] = 2048,
    deadline: Annotated[float, typer.Option("--deadline", min=0.1, help="Seconds until a request is answered.")] = 60.0,
    grace: Annotated[float, typer.Option("--grace", min=1, help="Seconds for work under way when told to end.")] = 30.0,
    seed: options.Seed = 0,
) -> None:
    """Serve scores over HTTP, until a signal.

    Code is run in the sandbox, by processes of their own; one that dies is replaced and its work done again. SIGTERM
    finishes what is under way, hands back the rest with 503, and ends. See docs/serve.md.

    Examples:
        janus-reward serve

        JANUS_REWARD_TOKEN=... janus-reward serve --host 0.0.0.0 --judge judge.yaml --data corpora/
    """
    from janus_reward.errors import MissingExtra
    from janus_reward.render.farm import RenderMode
    from janus_reward.serve.settings import ServeSettings, read_tokens

    try:
        import fastapi  # noqa: F401
        import prometheus_client  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise MissingExtra(f"{error.name} is not installed", hint="pip install 'janus-reward[serve]'") from error
    from janus_reward.serve.supervisor import serve as run

    settings = ServeSettings(
        state=state or _state(),
        host=host,
        port=port,
        tokens=read_tokens(token_file),
        judge=judge,
        compare=compare,
        rubrics=rubrics,
        render=cast(RenderMode, options.known_mode(render)),
        seed=seed,
        workers=workers or os.cpu_count() or 1,
        queue=queue,
        data=data,
        index=index,
        ledger=ledger,
        budget=budget,
        body_mb=body_mb,
        upload_mb=upload_mb,
        memory_mb=memory_mb,
        batch=batch,
        deadline_s=deadline,
        grace_s=grace,
        cache_mb=cache_mb,
    )
    code = run(settings, lambda address: typer.echo(f"{address}  (progress page: {address}/)"))
    if code:
        raise typer.Exit(code)


def _state() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "janus-reward" / "serve"
