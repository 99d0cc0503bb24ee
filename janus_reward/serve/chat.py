"""From what RL trainers send to triples: prompts and completions, queries, chat messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from janus_reward.serve.failures import Invalid
from janus_reward.serve.records import pictures_of
from janus_reward.serve.wire import ChatRequest, QueryRequest, RewardRequest, TripleIn

_COLUMNS = ("language", "domain", "task", "reference", "before", "checklist", "render")
"""Columns of a trainer's data set that say more about the triple."""


def triples_of_rewards(asked: RewardRequest) -> list[TripleIn]:
    """The triples of a TRL call; columns that are not ours are left alone. Raises Invalid."""
    count = len(asked.completions)
    if len(asked.prompts) != count:
        raise Invalid(f"{len(asked.prompts)} prompts and {count} completions")
    known = {name: value for name, value in (asked.model_extra or {}).items() if name in _COLUMNS}
    for name, column in known.items():
        if not isinstance(column, list) or len(column) != count:
            raise Invalid(f"{name} is not a list of {count}")
    return [
        _triple(asked.prompts[at], asked.completions[at], {name: column[at] for name, column in known.items()})
        for at in range(count)
    ]


def triples_of_queries(asked: QueryRequest) -> list[TripleIn]:
    """The triples of an OpenRLHF call: the answer is what follows the prompt. Raises Invalid."""
    if asked.prompts and len(asked.prompts) != len(asked.query):
        raise Invalid(f"{len(asked.query)} queries and {len(asked.prompts)} prompts")
    prompts = asked.prompts or [""] * len(asked.query)
    return [_triple(prompt, query.removeprefix(prompt), {}) for query, prompt in zip(asked.query, prompts, strict=True)]


def triple_of_chat(asked: ChatRequest) -> TripleIn:
    """The triple of a chat: the last message is the answer, the rest the instruction. Raises Invalid."""
    last = asked.messages[-1]
    if last.get("role") != "assistant" or len(asked.messages) < 2:
        raise Invalid("the last message is not the assistant's answer", hint="Send the prompt, then the answer.")
    return _triple(asked.messages[:-1], [last], {})


def _triple(prompt: Any, completion: Any, columns: Mapping[str, Any]) -> TripleIn:
    pictures = [url for message in _messages(prompt, "user") for url in pictures_of(_parts(message))]
    own = {name: value for name, value in columns.items() if value is not None}
    shown = [url for message in _messages(completion, "assistant") for url in pictures_of(_parts(message))]
    if pictures and "reference" not in own:
        own["reference"] = pictures
    if shown and "render" not in own:
        own["render"] = shown
    texts = {"instruction": _text(prompt, "user") or None, "code": _text(completion, "assistant") or None}
    try:
        return TripleIn.model_validate({**texts, **own})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Invalid(f"{first['loc'][0]}: {first['msg']}", hint="See /openapi.json.") from None


def _text(given: Any, role: str) -> str:
    """The text of a string or of the messages of a role."""
    return "\n\n".join(text for message in _messages(given, role) for text in _texts(message))


def _messages(given: Any, role: str) -> Iterator[Mapping[str, Any]]:
    """The messages that count: of the user, system messages left out; or of the assistant."""
    if isinstance(given, str):
        yield {"role": role, "content": given}
        return
    if not isinstance(given, Sequence):
        raise Invalid("a prompt or completion is neither text nor a list of messages")
    for message in given:
        if not isinstance(message, Mapping):
            raise Invalid("a message is no object")
        if message.get("role") == role:
            yield message


def _parts(message: Mapping[str, Any]) -> list[Any]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    content = message.get("content")
    if isinstance(content, str):
        yield content
    for part in _parts(message):
        text = part.get("text") if isinstance(part, Mapping) else None
        if isinstance(text, str):
            yield text
