"""The OpenAI-style chat request and reply, as JSON. What does not look like a reply is never guessed at."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from janus_reward.judges.engine.base import Finish, Image, Message, Reply, Request, Token

MAX_REPLY_BYTES = 8 * 2**20
_FINISHES: Mapping[str, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "refused",
}
_MOST_OPTIONS = 64


class NotAReply(ValueError):
    """The body is not an OpenAI-style reply."""


def payload(request: Request, model: str, extra: Mapping[str, Any], *, structured: str) -> dict[str, Any]:
    """The body of `POST chat/completions`.

    Args:
        request: what is asked.
        model: the name the endpoint knows it by.
        extra: further fields from the judge file; they win, and `None` leaves a field out.
        structured: how a schema is asked for: `json_schema`, `json_object` or `none`.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        "stream": False,
    }
    if request.schema is not None and structured == "json_schema":
        named = {"name": "answer", "strict": True, "schema": dict(request.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    elif request.schema is not None and structured == "json_object":
        body["response_format"] = {"type": "json_object"}
    if request.logprobs:
        body |= {"logprobs": True, "top_logprobs": request.logprobs}
    return {name: value for name, value in (body | dict(extra)).items() if value is not None}


def read_reply(data: bytes, seconds: float) -> Reply:
    """The reply in a body. Raises NotAReply for anything else."""
    try:
        body = json.loads(data)
        choice = body["choices"][0]
        message = choice["message"]
        text, refusal = message.get("content"), message.get("refusal")
        usage = body.get("usage") or {}
        finish = _FINISHES.get(str(choice.get("finish_reason")), "other")
        reply = Reply(
            text=_text(refusal or text),
            finish="refused" if refusal else finish,
            tokens_in=_count(usage.get("prompt_tokens")),
            tokens_out=_count(usage.get("completion_tokens")),
            cached_in=_cached(usage),
            seconds=seconds,
            model=str(body.get("model") or "")[:200],
            tokens=_tokens(choice.get("logprobs")),
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError) as error:
        raise NotAReply(f"the endpoint's answer is no chat completion ({type(error).__name__})") from error
    return reply


def _message(message: Message) -> dict[str, Any]:
    if all(isinstance(part, str) for part in message.parts):
        return {"role": message.role, "content": "\n\n".join(str(part) for part in message.parts)}
    return {"role": message.role, "content": [_part(part) for part in message.parts]}


def _part(part: str | Image) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "image_url", "image_url": {"url": _data_url(part)}}


@lru_cache(maxsize=64)
def _data_url(image: Image) -> str:
    return f"data:{image.media};base64,{base64.b64encode(image.data).decode('ascii')}"


def _text(text: Any) -> str:
    """A reply's text; some servers give a list of text parts."""
    if isinstance(text, list):
        text = "".join(part["text"] for part in text if part.get("type") == "text")
    if text is None:
        return ""
    if not isinstance(text, str):
        raise TypeError("content is no text")
    return text


def _count(value: Any) -> int:
    return min(int(value), 2**40) if isinstance(value, int) and value > 0 else 0


def _cached(usage: Mapping[str, Any]) -> int | None:
    value = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
    return _count(value) if isinstance(value, int) else None


def _tokens(logprobs: Any) -> tuple[Token, ...]:
    if not isinstance(logprobs, dict) or not isinstance(logprobs.get("content"), list):
        return ()
    return tuple(_token(item) for item in logprobs["content"])


def _token(item: Mapping[str, Any]) -> Token:
    options = {str(option["token"]): _logprob(option) for option in (item.get("top_logprobs") or [])[:_MOST_OPTIONS]}
    options.setdefault(str(item["token"]), _logprob(item))
    return Token(str(item["token"]), tuple(options.items()))


def _logprob(item: Mapping[str, Any]) -> float:
    value = float(item["logprob"])
    if math.isnan(value) or value > 1e-3:
        raise ValueError("a log probability above 0")
    return max(value, -1e4)
