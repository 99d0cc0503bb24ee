"""The seam between a judge and what runs its model: a Request goes in, a Reply or an EngineFailure comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from janus_reward.errors import JanusError

Finish = Literal["stop", "length", "refused", "other"]


class EndpointDown(JanusError):
    """The endpoint stopped answering; what was judged is kept, and the same command goes on."""

    exit_code = 3


class EndpointRefused(JanusError):
    """The endpoint rejects us (key, address, model), or cannot do what the judge needs."""


@dataclass(frozen=True, slots=True)
class Image:
    """An encoded picture: its bytes, their media type, and its size in pixels."""

    data: bytes
    media: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation; parts in the order in which the model reads them."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[str | Image, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model.

    Args:
        schema: JSON schema that the reply must satisfy, or `None` for free text.
        logprobs: alternatives wanted for each token of the reply, 0 for none.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    logprobs: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a reply: its text, and the alternatives with their natural-log probabilities, itself included."""

    text: str
    options: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said.

    Args:
        finish: `stop` when it came to its end, `length` when it was cut, `refused` when the endpoint says so.
        cached_in: prompt tokens that the engine did not compute again, when it tells.
        seconds: latency of the request that brought it, without the wait for a slot.
        model: the name that the engine gives its model.
    """

    text: str
    finish: Finish = "stop"
    tokens_in: int = 0
    tokens_out: int = 0
    cached_in: int | None = None
    seconds: float = 0.0
    model: str = ""
    tokens: tuple[Token, ...] = ()

    def as_body(self) -> dict[str, Any]:
        """The reply as the ledger keeps it."""
        tokens = [[token.text, [list(option) for option in token.options]] for token in self.tokens]
        return {"text": self.text, "cached_in": self.cached_in, "model": self.model, "tokens": tokens}

    @classmethod
    def from_body(cls, body: Mapping[str, Any], finish: Finish, tokens: Sequence[int], seconds: float) -> Reply:
        """The inverse of `as_body`; `tokens` are (in, out)."""
        told = tuple(Token(text, tuple((word, value) for word, value in options)) for text, options in body["tokens"])
        return cls(body["text"], finish, tokens[0], tokens[1], body["cached_in"], seconds, body["model"], told)


class EngineFailure(Exception):
    """No reply came for one request, after all retries.

    Args:
        reason: `timeout` or `engine_error`.
        message: one line, without keys or addresses.
    """

    def __init__(self, reason: Literal["timeout", "engine_error"], message: str) -> None:
        super().__init__(message)
        self.reason: Literal["timeout", "engine_error"] = reason
        self.message = message


@dataclass(frozen=True, slots=True)
class Identity:
    """Which weights an engine runs. `place` counts only where no revision pins them.

    Args:
        details: further settings that change replies (dtype, engine version, extra request fields).
    """

    kind: str
    model: str
    revision: str | None
    place: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_key(self) -> dict[str, Any]:
        """What goes into the hash of a request."""
        place = self.place if self.revision is None else None
        return {"kind": self.kind, "model": self.model, "revision": self.revision, "place": place} | {
            "details": dict(self.details)
        }


class Engine(Protocol):
    """Runs one model. Many requests may be under way at once; `in_flight` is how many are worth it."""

    @property
    def identity(self) -> Identity:
        """Which weights it runs."""
        ...

    @property
    def in_flight(self) -> int:
        """The most requests worth having under way."""
        ...

    async def complete(self, request: Request) -> Reply:
        """The model's reply. Raises EngineFailure for this request, EndpointDown or EndpointRefused for all."""
        ...

    async def aclose(self) -> None:
        """Free what it holds."""
        ...
