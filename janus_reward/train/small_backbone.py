"""Recipe `small-backbone`: a small untrained model with a tokenizer fitted on your texts, where no weights can be had.

For plumbing, for tests, and for a reward model that is trained from nothing on a CPU. It knows nothing: say so of
whatever is built on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from janus_reward.dataset import open_source
from janus_reward.train.config import Part
from janus_reward.train.outcome import finish, finished

_PAD, _END, _IMAGE = "<pad>", "</s>", "<image>"
_PATCH = 16
_HEAD = 16
_TEXTS = 5000


class Config(Part):
    """Sizes.

    Args:
        out: the folder.
        kind: `text` (Llama) or `vision` (LLaVA: a CLIP-like encoder and the same decoder).
        texts: a dataset whose instructions and code the tokenizer is fitted on.
        vocabulary: tokens.
        hidden: width, a multiple of 16.
        layers: of the decoder, and of the encoder.
        side: pixels of the picture that the encoder sees, a multiple of 16.
    """

    out: Path
    kind: Literal["text", "vision"] = "text"
    texts: Path
    vocabulary: Annotated[int, Field(ge=300)] = 2000
    hidden: Annotated[int, Field(ge=16, multiple_of=16)] = 128
    layers: Annotated[int, Field(ge=1)] = 4
    side: Annotated[int, Field(ge=32, multiple_of=16)] = 128
    seed: int = 0


def run(config: Config, say: Callable[[str], None]) -> dict[str, Any]:
    """Fit the tokenizer, make the model, save; a finished folder of the same config is left as it is."""
    asked = config.model_dump(mode="json", exclude={"out"})
    known = finished(config.out, asked)
    if known is not None:
        return known
    from transformers import set_seed

    set_seed(config.seed)
    say("fitting the tokenizer")
    tokenizer = _tokenizer(config)
    model = _llava(config, tokenizer) if config.kind == "vision" else _llama(config, tokenizer)
    model.save_pretrained(config.out)
    (_processor(config, tokenizer) if config.kind == "vision" else tokenizer).save_pretrained(config.out)
    return finish(config.out, asked, {"parameters": sum(weight.numel() for weight in model.parameters())})


def _texts(path: Path) -> Iterator[str]:
    for triple, _ in zip(open_source(str(path)), range(_TEXTS), strict=False):
        yield f"{triple.instruction or ''}\n{(triple.code or '')[:4000]}"


def _tokenizer(config: Config) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    fitted = Tokenizer(models.BPE())
    fitted.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])  # fmt: skip
    fitted.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=config.vocabulary, special_tokens=[_PAD, _END, _IMAGE], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    fitted.train_from_iterator(_texts(config.texts), trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=fitted, pad_token=_PAD, eos_token=_END)
    made.add_special_tokens({"additional_special_tokens": [_IMAGE]})
    made.chat_template = (
        "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}</s>{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}"
    )
    return made


def _decoder(config: Config, tokenizer: Any) -> Any:
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=config.hidden, intermediate_size=3 * config.hidden,
        num_hidden_layers=config.layers, num_attention_heads=config.hidden // _HEAD,
        num_key_value_heads=config.hidden // _HEAD, max_position_embeddings=8192,
        pad_token_id=tokenizer.pad_token_id, bos_token_id=tokenizer.eos_token_id, eos_token_id=tokenizer.eos_token_id,
        tie_word_embeddings=True,
    )  # fmt: skip


def _llama(config: Config, tokenizer: Any) -> Any:
    from transformers import LlamaForCausalLM

    return LlamaForCausalLM(_decoder(config, tokenizer))


def _llava(config: Config, tokenizer: Any) -> Any:
    from transformers import CLIPVisionConfig, LlavaConfig, LlavaForConditionalGeneration

    eyes = CLIPVisionConfig(
        hidden_size=config.hidden, intermediate_size=3 * config.hidden, num_hidden_layers=config.layers,
        num_attention_heads=config.hidden // _HEAD, image_size=config.side, patch_size=_PATCH,
    )  # fmt: skip
    return LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=eyes,
            text_config=_decoder(config, tokenizer),
            vision_feature_layer=-1,
            vision_feature_select_strategy="default",
            image_token_index=tokenizer.convert_tokens_to_ids(_IMAGE),
            image_seq_length=(config.side // _PATCH) ** 2,
        )
    )


def _processor(config: Config, tokenizer: Any) -> Any:
    from transformers import LlavaProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    seen = CLIPImageProcessorPil(
        size={"height": config.side, "width": config.side}, do_center_crop=False, do_resize=True,
        crop_size={"height": config.side, "width": config.side},
    )  # fmt: skip
    return LlavaProcessor(
        seen, tokenizer, patch_size=_PATCH, vision_feature_select_strategy="default", image_token=_IMAGE,
        num_additional_image_tokens=1,
    )  # fmt: skip
