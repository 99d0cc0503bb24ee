"""Recipe `reward-parity`: proof on N rows that a model scores the same offline, reloaded, in transformers, and served.

vLLM serves text models without an evidence branch (`classify`); where it cannot, the reason is told, and the model is
served as any judge is: `--judge reward:PATH`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from janus_reward.errors import EngineError, InputError
from janus_reward.reward_model.settings import RewardSettings
from janus_reward.train.config import Part
from janus_reward.train.dataset import Preferences

Array = NDArray[np.float64]


class Config(Part):
    """What is compared.

    Args:
        model: of the recipe `reward-model` or `reward-trl`.
        data: of the recipe `preference-data`; rows of its test split are scored.
        out: JSON file of the figures.
        rows: how many answers.
        tolerance: greatest difference allowed.
        endpoint: of a running vLLM, such as `http://127.0.0.1:8000`; compared when given.
    """

    model: Path
    data: Path
    out: Path
    rows: Annotated[int, Field(ge=1)] = 100
    tolerance: Annotated[float, Field(gt=0)] = 1e-3
    endpoint: str | None = None


def run(config: Config, say: Callable[[str], None]) -> dict[str, Any]:
    """Compare; raises EngineError when a difference is above the tolerance."""
    from janus_reward.reward_model.scoring import LoadedReward

    data, model = Preferences(config.data, "test"), LoadedReward.open(config.model, "cpu")
    items = [data.item(id_, model.settings) for id_ in data.ids[: config.rows]]
    offline = model.scores(items)
    say(f"{len(items)} rows: reloaded, one by one")
    figures = {"reloaded": _gap(offline, LoadedReward.open(config.model, "cpu").scores(items, batch=1))}
    problem = unserved(config.model, model.settings)
    if problem is None:
        say("plain transformers")
        figures["transformers"] = _gap(offline, _plain(config.model, [item.text for item in items], model.settings))
    if config.endpoint is not None:
        if problem is not None:
            raise InputError(f"vLLM cannot serve this model: {problem}", hint="Leave `endpoint` out.")
        say(f"served at {config.endpoint}")
        figures["vllm"] = _gap(offline, _served(config, [item.text for item in items], model.settings))
    made = {
        "figures": figures, "rows": len(items), "tolerance": config.tolerance,
        "vllm": problem or "serves it", "command": command(config.model, model.settings, problem),
    }  # fmt: skip
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(made, indent=1), encoding="utf-8")
    worst = max(figures, key=lambda name: figures[name])
    if figures[worst] > config.tolerance:
        raise EngineError(f"{worst} and offline scores differ by {figures[worst]:.2g}", hint=f"See {config.out}.")
    return {**made, "out": str(config.out)}


def unserved(folder: Path, settings: RewardSettings) -> str | None:
    """Why vLLM cannot serve the model; `None` when it can."""
    if settings.kind == "vision":
        return "its classify task knows no several heads on a vision-language backbone"
    if settings.standard.names:
        return "the evidence branch reads measured signals beside the text"
    return None if (folder / "config.json").is_file() else "it has no language model"


def command(folder: Path, settings: RewardSettings, problem: str | None) -> str:
    """The command that serves the model."""
    if problem is not None:
        return f"janus-reward serve --judge reward:{folder}"
    # `problem_type: regression` in config.json keeps vLLM from putting a softmax over the heads.
    return f"vllm serve {folder} --runner pooling --convert classify --max-model-len {settings.tokens}"


def _plain(folder: Path, texts: Sequence[str], settings: RewardSettings) -> Array:
    """Scores from transformers alone, as any other user of the folder would get them."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    found = []
    with torch.inference_mode():
        for text in texts:
            ids = tokenizer(text, return_tensors="pt")["input_ids"][:, -settings.tokens :]
            found.append(model(input_ids=ids).logits[0].double().numpy())
    return np.stack(found)


def _served(config: Config, texts: Sequence[str], settings: RewardSettings) -> Array:
    """Scores from vLLM's `/classify`."""
    import httpx2

    body = {"input": list(texts), "use_activation": False, "truncate_prompt_tokens": settings.tokens}
    try:
        listed = httpx2.get(f"{config.endpoint}/v1/models", timeout=60)
        listed.raise_for_status()
        body["model"] = listed.json()["data"][0]["id"]
        reply = httpx2.post(f"{config.endpoint}/classify", json=body, timeout=600)
        reply.raise_for_status()
    except httpx2.HTTPError as error:
        raise EngineError(f"{config.endpoint} does not answer: {error}", hint="Start it with the command.") from error
    return np.array([row["probs"] for row in sorted(reply.json()["data"], key=lambda row: row["index"])])


def _gap(offline: Array, other: Array) -> float:
    return float(np.abs(offline - other).max())
