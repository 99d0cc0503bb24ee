"""Folders that hold a reward model: weights as transformers saves them, the other heads, and `reward.json`.

A text model without an evidence branch is complete for `AutoModelForSequenceClassification` and for vLLM: its labels
are the scalar reward and the criteria, in the order of `reward.json`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from janus_reward.errors import InputError
from janus_reward.reward_model.settings import FILE, DType, RewardSettings

HEADS = "heads.safetensors"


def read_settings(folder: Path) -> RewardSettings:
    """What the folder says of its model. Raises InputError when it holds none."""
    try:
        return RewardSettings.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError) as error:
        hint = "Give the `out` of a `reward-model` recipe."
        raise InputError(
            f"{folder} is no reward model: {FILE} cannot be read ({type(error).__name__})", hint=hint
        ) from error


def save(folder: Path, model: Any, processor: Any, settings: RewardSettings) -> RewardSettings:
    """Write a model whose LoRA layers are merged; gives its settings with the hash of the weights."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    names = ["reward", *settings.criteria]
    others = {f"branch.{name}": value for name, value in (model.branch.state_dict() if model.branch else {}).items()}
    if settings.kind == "vision":
        model.net.backbone.save_pretrained(folder)
        others["score.weight"] = model.net.score.weight.detach()
    elif model.net is not None:
        model.net.config.id2label = dict(enumerate(names))
        model.net.config.label2id = {name: at for at, name in enumerate(names)}
        model.net.save_pretrained(folder)
    if processor is not None:
        processor.save_pretrained(folder)
    save_file({name: value.contiguous() for name, value in others.items()}, folder / HEADS)
    made = settings.model_copy(update={"revision": _digest(folder)})
    (folder / FILE).write_text(made.model_dump_json(indent=1), encoding="utf-8")
    return made


def load(folder: Path, device: str = "cpu", dtype: DType = "float32") -> tuple[Any, Any, RewardSettings]:
    """Model in evaluation mode, its processor (or tokenizer), its settings.

    Args:
        folder: written by `save`.
        device: where it runs; `auto` takes an accelerator when there is one.
        dtype: of the backbone's weights: `float32`, `bfloat16` or `float16`.
    """
    from safetensors.torch import load_file

    from janus_reward.reward_model.heads import RewardModel

    settings = read_settings(folder)
    outputs = 1 + len(settings.criteria)
    others = load_file(folder / HEADS)
    net, processor = _net(folder, settings, outputs, dtype)
    if settings.kind == "vision":
        net.score.weight.data = others.pop("score.weight")
    model = RewardModel(net, len(settings.standard.names), outputs)
    if model.branch is not None:
        model.branch.load_state_dict({name.removeprefix("branch."): value for name, value in others.items()})
    return model.to(chosen(device)).eval(), processor, settings


def chosen(device: str) -> str:
    """The device itself; for `auto` an accelerator when there is one."""
    import torch

    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def _net(folder: Path, settings: RewardSettings, outputs: int, dtype: DType) -> tuple[Any, Any]:
    from janus_reward.reward_model.backbone import Backbone, text_net, vision_net

    if not (folder / "config.json").is_file():
        return None, None
    backbone = Backbone(model=str(folder), kind=settings.kind, dtype=dtype)
    processor, net = (vision_net if settings.kind == "vision" else text_net)(backbone, outputs)
    return net, processor


def _digest(folder: Path) -> str:
    hashed = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()[:16]
