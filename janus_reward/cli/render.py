"""`janus-reward render`."""

from __future__ import annotations

from typing import cast

from janus_reward.cli import app, options
from janus_reward.cli.score import finish


@app.command("render")
def render(
    src: options.Source,
    out: options.RunPlace,
    mapping: options.Mapping = None,
    mode: options.Mode = "auto",
    limit: options.Limit = None,
    workers: options.Workers = None,
    engine: options.Engine = "local",
    ray: options.Ray = None,
    seed: options.Seed = 0,
    shard_rows: options.ShardRows = 256,
    cache: options.Cache = None,
    as_json: options.AsJson = False,
) -> None:
    """Render every triple of SRC in the sandbox and record what came of it, without judging.

    Example:
        janus-reward render corpus.jsonl -o runs/renders
    """
    from rich.console import Console

    from janus_reward.cli.display import progress_bar
    from janus_reward.render.farm import RenderMode
    from janus_reward.scoring import render_dataset

    with progress_bar(Console(stderr=True), "rendering") as show:
        run = render_dataset(
            src,
            out,
            mapping=options.parsed_mapping(mapping),
            render=cast(RenderMode, options.known_mode(mode)),
            limit=limit,
            workers=workers,
            engine=engine,
            ray=ray,
            seed=seed,
            shard_rows=shard_rows,
            cache=cache,
            on_progress=show,
        )
    finish(run, as_json)
