"""One model that is asked for texts: by the ledger when it said it before, else by its engine, within the budget."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from janus_reward.judges.cost import Meter, Prices
from janus_reward.judges.engine import Source, engine_of
from janus_reward.judges.engine.base import Engine, EngineFailure, Finish, Image, Message, Reply, Request
from janus_reward.judges.material import tokens_of
from janus_reward.judges.pictures import PictureRule
from janus_reward.ledger import Entry, Ledger
from janus_reward.triple import Reason


class Model(Source, Protocol):
    """What a generator file and a judge file have in common."""

    @property
    def called(self) -> str:
        """Its name in runs."""
        ...

    @property
    def prices(self) -> Prices | None:
        """For the meter."""
        ...

    @property
    def pictures(self) -> PictureRule:
        """How pictures are shown to it."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """What a model said, or why it said nothing.

    Args:
        text: empty when `reason` is set, but for a reply that was cut (`truncated`).
        key: of the request in the ledger, hex.
    """

    text: str
    reason: Reason | None = None
    message: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    key: str = ""


class Generator:
    """Asks one model.

    Args:
        model: a generator file or a judge file.
        ledger: where raw replies are kept; none are when `None`.
        meter: counts what is spent, and holds the budget.
        engine: made from the file when absent.

    Raises:
        InputError: a key is not set. MissingExtra: the engine is not installed.
    """

    def __init__(
        self, model: Model, ledger: Ledger | None = None, meter: Meter | None = None, engine: Engine | None = None
    ) -> None:
        self.model = model
        self._engine = engine or engine_of(model)
        self.ledger = ledger
        self.meter = meter or Meter()

    @property
    def identity(self) -> dict[str, Any]:
        """Which weights it runs, for the settings of a run."""
        return self._engine.identity.as_key()

    @property
    def in_flight(self) -> int:
        """The most requests worth having under way."""
        return self._engine.in_flight

    async def ask(self, request: Request) -> Made:
        """The reply to a request.

        Raises:
            EndpointDown, EndpointRefused, BudgetSpent, DiskError: the run cannot go on.
        """
        key = request_key(self._engine, request)
        entry = self.ledger.get(key) if self.ledger else None
        if entry is not None:
            self.meter.hits += 1
            return _made(_remembered(entry), key)
        try:
            reply = await self._paid(request)
        except EngineFailure as failure:
            return Made("", failure.reason, failure.message, key=key.hex())
        if self.ledger is None:
            return _made(reply, key)
        counts = (reply.tokens_in, reply.tokens_out, reply.seconds, self.meter.run)
        kept = self.ledger.put(key, Entry(reply.as_body(), self.model.called, reply.finish, *counts))
        return _made(_remembered(kept), key)

    async def aclose(self) -> None:
        """Close the engine."""
        await self._engine.aclose()

    async def _paid(self, request: Request) -> Reply:
        prices, expected = self.model.prices, self._estimate(request)
        held = (expected + request.max_tokens, self.meter.hold(expected, request.max_tokens, prices))
        reply = None
        try:
            reply = await self._engine.complete(request)
        finally:
            used = (reply.tokens_in, reply.tokens_out, reply.cached_in or 0) if reply else None
            self.meter.settle(held, used, prices)
        return reply

    def _estimate(self, request: Request) -> int:
        rule = self.model.pictures
        parts = [part for message in request.messages for part in message.parts]
        return sum(rule.tokens(p.width, p.height) if isinstance(p, Image) else tokens_of(p) for p in parts)


def request_key(engine: Engine, request: Request) -> bytes:
    """Hash of everything that determines a reply."""
    told = {
        "engine": engine.identity.as_key(),
        "messages": [[message.role, [_part(part) for part in message.parts]] for message in request.messages],
        "schema": request.schema,
        "drawn": [request.max_tokens, request.temperature, request.top_p, request.seed, request.logprobs],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()


def conversation(system: str | None, turns: Sequence[Message]) -> tuple[Message, ...]:
    """The turns, after the system's turn when there is one."""
    return (Message("system", (system,)), *turns) if system else tuple(turns)


def _part(part: str | Image) -> str:
    return part if isinstance(part, str) else f"sha256:{hashlib.sha256(part.data).hexdigest()}"


def _remembered(entry: Entry) -> Reply:
    return Reply.from_body(entry.body, cast(Finish, entry.finish), (entry.tokens_in, entry.tokens_out), entry.seconds)


def _made(reply: Reply, key: bytes) -> Made:
    reason: Reason | None = {"length": "truncated", "refused": "refused"}.get(reply.finish)  # type: ignore[assignment]
    return Made(reply.text, reason, "", reply.tokens_in, reply.tokens_out, reply.seconds, key.hex())
