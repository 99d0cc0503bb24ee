"""`janus-reward train`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from janus_reward.cli import app, options


@app.command("train")
def train(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE",
            help="preference-data, small-backbone, reward-model, reward-trl, reward-eval, reward-parity, distill, "
            "coder-sft, coder-dpo, coder-grpo.",
        ),
    ],
    config: Annotated[Path, typer.Option("--config", metavar="F", help="YAML; see training/ and docs/train.md.")],
    as_json: options.AsJson = False,
) -> None:
    """Make preference data, train and evaluate reward models, distil a judge, retrain a coder.

    The same command goes on where it was stopped. Exit code: 0 done, 2 usage or input, 3 stopped.

    Examples:
        janus-reward train preference-data --config training/preference_data.yaml

        janus-reward train reward-model --config training/reward_text.yaml

        janus-reward score dataset corpus.jsonl -o runs/b --judge reward:models/reward
    """
    from janus_reward.train import train as run_recipe

    made = run_recipe(recipe, config, lambda line: typer.echo(f"{recipe}: {line}", err=True))
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False, default=str))
        return
    for name, value in made.items():
        if isinstance(value, (str, int, float)):
            typer.echo(f"{name}: {value}")
        elif isinstance(value, dict) and name in ("counts", "figures"):
            typer.echo(f"{name}: {json.dumps(value)}")
