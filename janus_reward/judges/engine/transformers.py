"""A local language or vision-language model in this process, by transformers, without a server.

It cannot bind replies to a schema: the judge file says `structured: false`, or `fallback: [plain_text]`.
"""

from __future__ import annotations

import io
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from janus_reward.errors import MissingExtra
from janus_reward.judges.engine.base import EngineFailure, Identity, Image, Message, Reply, Request, Token
from janus_reward.judges.engine.batching import Batcher
from janus_reward.judges.engine.local_settings import TransformersSettings


class TransformersEngine:
    """Generates with a model that transformers can load; loads it at the first request.

    Args:
        settings: device, dtype, batch.
        model: name or folder of the weights.
        revision: commit or tag of the weights on the hub.

    Raises:
        MissingExtra: torch or transformers is not installed.
    """

    def __init__(self, settings: TransformersSettings, model: str, revision: str | None = None) -> None:
        self._settings, self._model, self._revision = settings, model, revision
        details = {"transformers": _installed("transformers"), "torch": _installed("torch"), "dtype": settings.dtype}
        self.identity = Identity("transformers", model, revision, model, details)
        self._batcher = Batcher(self._run, settings.batch)
        self._loaded: tuple[Any, Any, bool] | None = None

    @property
    def in_flight(self) -> int:
        """Two batches: one that runs and one that waits."""
        return 2 * self._settings.batch

    async def complete(self, request: Request) -> Reply:
        """Generate. Raises EngineFailure for a request that wants a schema, or a picture that the model cannot take."""
        return await self._batcher.complete(request)

    async def aclose(self) -> None:
        """Forget the weights."""
        self._batcher.close()
        self._loaded = None

    def _run(self, requests: Sequence[Request]) -> list[Reply | EngineFailure]:
        """Requests that can share a forward pass do; the rest go one at a time."""
        found: dict[int, Reply | EngineFailure] = {}
        alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for at, request in enumerate(requests):
            if request.schema is not None:
                found[at] = EngineFailure("engine_error", "this engine cannot bind a reply to a schema")
                continue
            alone = at if _images(request) or request.temperature > 0 else -1
            alike[(alone, request.max_tokens, request.logprobs)].append(at)
        for places in alike.values():
            replies = self._generated([requests[at] for at in places])
            found |= dict(zip(places, replies, strict=True))
        return [found[at] for at in range(len(requests))]

    def _generated(self, requests: Sequence[Request]) -> Sequence[Reply | EngineFailure]:
        import torch

        processor, model, sees = self._weights()
        if any(_images(request) for request in requests) and not sees:
            return [EngineFailure("engine_error", "this model takes no pictures")] * len(requests)
        start = time.perf_counter()
        inputs = self._inputs(processor, requests).to(model.device)
        first = requests[0]
        torch.manual_seed(first.seed)
        drawn = {"temperature": first.temperature, "top_p": first.top_p} if first.temperature > 0 else {}
        with torch.inference_mode():
            made = model.generate(
                **inputs,
                max_new_tokens=first.max_tokens,
                do_sample=first.temperature > 0,
                return_dict_in_generate=True,
                output_logits=first.logprobs > 0,
                pad_token_id=_tokenizer(processor).pad_token_id,
                **drawn,
            )
        seconds = (time.perf_counter() - start) / len(requests)
        return [self._reply(processor, inputs, made, row, first, seconds) for row in range(len(requests))]

    def _inputs(self, processor: Any, requests: Sequence[Request]) -> Any:
        turns = [[_turn(message, bool(_images(request))) for message in request.messages] for request in requests]
        options: dict[str, Any] = {"padding": True} if len(requests) > 1 else {}
        return processor.apply_chat_template(
            turns, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt", **options
        )

    def _reply(self, processor: Any, inputs: Any, made: Any, row: int, request: Request, seconds: float) -> Reply:
        tokenizer = _tokenizer(processor)
        ids = made.sequences[row, inputs["input_ids"].shape[1] :].tolist()
        ends = {tokenizer.eos_token_id, tokenizer.pad_token_id, *_ends(self._weights()[1])}
        length = next((at for at, token in enumerate(ids) if token in ends), len(ids))
        tokens = tuple(
            _token(tokenizer, ids[at], made.logits[at][row], request.logprobs)
            for at in range(length if request.logprobs else 0)
        )
        return Reply(
            text=tokenizer.decode(ids[:length], skip_special_tokens=True),
            finish="length" if length == len(ids) else "stop",
            tokens_in=int(inputs["attention_mask"][row].sum()),
            tokens_out=length,
            seconds=seconds,
            model=self._model,
            tokens=tokens,
        )

    def _weights(self) -> tuple[Any, Any, bool]:
        """Processor or tokenizer, model, and whether it sees pictures."""
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def _load(self) -> tuple[Any, Any, bool]:
        import torch
        import transformers as hf

        told: dict[str, Any] = {"revision": self._revision} if self._revision and not self._settings.gguf_file else {}
        if self._settings.gguf_file:
            told["gguf_file"] = self._settings.gguf_file
        sees = not self._settings.gguf_file and hasattr(
            hf.AutoConfig.from_pretrained(self._model, **told), "vision_config"
        )
        kind = hf.AutoModelForImageTextToText if sees else hf.AutoModelForCausalLM
        processor = (hf.AutoProcessor if sees else hf.AutoTokenizer).from_pretrained(self._model, **told)
        tokenizer = _tokenizer(processor)
        tokenizer.padding_side = "left"
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
        model = kind.from_pretrained(self._model, dtype=self._settings.dtype, **told)
        device = self._settings.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        return processor, model.to(device).eval(), sees


def _turn(message: Message, pictures: bool) -> dict[str, Any]:
    if not pictures:
        return {"role": message.role, "content": "\n\n".join(str(part) for part in message.parts)}
    return {"role": message.role, "content": [_part(part) for part in message.parts]}


def _part(part: str | Image) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    from PIL import Image as Pillow

    return {"type": "image", "image": Pillow.open(io.BytesIO(part.data)).convert("RGB")}


def _token(tokenizer: Any, chosen: int, logits: Any, most: int) -> Token:
    """The chosen token and its likeliest alternatives, from the model's own distribution."""
    values = logits.float().log_softmax(-1)
    top = values.topk(min(most, values.shape[-1]))
    options = {tokenizer.decode([int(i)]): float(v) for v, i in zip(top.values, top.indices, strict=True)}
    text = tokenizer.decode([chosen])
    options.setdefault(text, float(values[chosen]))
    return Token(text, tuple((word, min(value, 0.0)) for word, value in options.items() if not math.isnan(value)))


def _ends(model: Any) -> list[int]:
    ends = model.generation_config.eos_token_id
    return ends if isinstance(ends, list) else [ends]


def _tokenizer(processor: Any) -> Any:
    return getattr(processor, "tokenizer", processor)


def _images(request: Request) -> list[Image]:
    return [part for message in request.messages for part in message.parts if isinstance(part, Image)]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError as error:
        raise MissingExtra(f"the engine transformers needs {name}", hint="pip install 'janus-reward[judge]'") from error
