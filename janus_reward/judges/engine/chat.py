"""Any OpenAI-compatible endpoint (vLLM, SGLang, llama.cpp, a hosted API): asynchronous, bounded, patient."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2 as httpx
from pydantic import BaseModel, ConfigDict, Field

from janus_reward.errors import InputError
from janus_reward.judges.engine.base import EndpointDown, EndpointRefused, EngineFailure, Identity, Reply, Request
from janus_reward.judges.engine.chat_wire import MAX_REPLY_BYTES, NotAReply, payload, read_reply
from janus_reward.judges.engine.limit import AdaptiveLimit
from janus_reward.tracing import Fact, Span, outgoing, span

_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_OVERLOAD = frozenset({429, 503, 504, 529})
_REFUSED = {401: "the key is not accepted", 403: "access is denied", 404: "there is no such address or model"}
_LONGEST_WAIT_S = 60.0
_POOL = 8
_DEAD_AFTER = 8
_ABSENT_AFTER = 2
"""Tries without a connection, after the first, by which an endpoint that never answered is taken to be none."""


class ChatSettings(BaseModel):
    """The `chat` block of a judge file.

    Args:
        endpoint: base address, e.g. `http://localhost:8000/v1`.
        key_env: name of the environment variable that holds the key; never the key itself.
        in_flight: the most requests under way at once.
        timeout_s: for one whole request, body included.
        retries: further tries after a transport error.
        backoff_s: wait before the first retry; doubles each time.
        structured: how a schema is asked for.
        extra: further fields of the request body, for what an endpoint adds to the standard; `null` leaves one out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    endpoint: str = Field(pattern=r"^https?://[^\s]+$")
    key_env: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]{1,80}$")
    in_flight: int = Field(default=64, ge=1, le=4096)
    timeout_s: float = Field(default=180, gt=0, le=3600)
    retries: int = Field(default=5, ge=0, le=20)
    backoff_s: float = Field(default=1.0, ge=0, le=60)
    structured: str = Field(default="json_schema", pattern="^(json_schema|json_object|none)$")
    extra: dict[str, Any] = Field(default_factory=dict)


class _Transient(Exception):
    """A try that may go well the next time. `overload`: the endpoint has too much to do; `absent`: nobody listens."""

    def __init__(
        self, message: str, *, overload: bool = False, wait_s: float = 0.0, timeout: bool = False, absent: bool = False
    ) -> None:
        super().__init__(message)
        self.overload, self.wait_s, self.timeout, self.absent = overload, wait_s, timeout, absent


class ChatEngine:
    """A model behind an endpoint.

    Args:
        settings: where it is and how hard to try.
        model: the name the endpoint knows it by.
        revision: of the weights, as far as the user knows it.

    Raises:
        InputError: the key's environment variable is not set.
    """

    def __init__(self, settings: ChatSettings, model: str, revision: str | None = None) -> None:
        self._settings = settings
        self._model = model
        self._limit = AdaptiveLimit(settings.in_flight)
        self._jitter = random.Random(0)
        self._failed_in_a_row = 0
        self._heard = False
        self._down: EndpointDown | None = None
        self._clients: list[httpx.AsyncClient] = []
        self._free: list[httpx.AsyncClient] = []
        self._key = _key(settings.key_env)
        details = {"structured": settings.structured, "extra": settings.extra}
        self.identity = Identity("chat", model, revision, settings.endpoint.rstrip("/"), details)
        self._facts = _facts(model, settings.endpoint)

    @property
    def in_flight(self) -> int:
        """The most requests worth having under way."""
        return self._settings.in_flight

    async def complete(self, request: Request) -> Reply:
        """Ask, again after transport errors. Raises as the seam says."""
        with span(f"chat {self._model}", kind="client") as ours:
            ours.tell(**self._facts)
            reply = await self._answered(request, ours)
            ours.tell(**_usage(reply), answer_s=reply.seconds, finish=reply.finish)
            return reply

    async def aclose(self) -> None:
        """Close the connections."""
        clients, self._clients, self._free = self._clients, [], []
        for client in clients:
            await client.aclose()

    async def _answered(self, request: Request, ours: Span) -> Reply:
        body = json.dumps(
            payload(request, self._model, self._settings.extra, structured=self._settings.structured),
            separators=(",", ":"),
        ).encode()
        last = _Transient("")
        for number in range(self._settings.retries + 1):
            if self._down is not None:
                raise self._down
            ours.tell(retries=number)
            try:
                reply = await self._tried(body)
            except _Transient as failure:
                last = failure
                if failure.absent and not self._heard and number >= _ABSENT_AFTER:
                    self._down = self._gone(f"cannot be reached: {failure}", "Is the server up, and the address right?")
                    raise self._down from None
                if number < self._settings.retries:
                    await asyncio.sleep(self._pause(number, failure))
                continue
            self._failed_in_a_row, self._heard = 0, True
            return reply
        self._count_failure(last)
        reason: Literal["timeout", "engine_error"] = "timeout" if last.timeout else "engine_error"
        ours.tell(reason=reason)
        raise EngineFailure(reason, str(last))

    async def _tried(self, body: bytes) -> Reply:
        async with self._limit.slot() as ticket:
            try:
                reply = await self._sent(body)
            except _Transient as failure:
                if failure.overload:
                    self._limit.overloaded(ticket)
                raise
            self._limit.succeeded()
            return reply

    async def _sent(self, body: bytes) -> Reply:
        start = time.perf_counter()
        try:
            async with (
                asyncio.timeout(self._settings.timeout_s),
                self._connected() as client,
                client.stream("POST", self._address, content=body, headers=self._headers) as response,
            ):
                data = await _bounded(response)
        except TimeoutError:
            message = f"no complete answer within {self._settings.timeout_s:g} s"
            raise _Transient(message, overload=True, timeout=True) from None
        except (httpx.TransportError, httpx.DecodingError, httpx.StreamError) as error:
            absent = isinstance(error, httpx.ConnectError)
            raise _Transient(f"the connection failed ({type(error).__name__})", absent=absent) from None
        if response.status_code != 200:
            self._complain(response, data)
        try:
            return read_reply(data, time.perf_counter() - start)
        except NotAReply as error:
            raise _Transient(str(error)) from None

    def _complain(self, response: httpx.Response, data: bytes) -> None:
        """Raise what the status means."""
        status = response.status_code
        told = _told(data)
        told = told.replace(self._key, "[key]") if self._key else told
        if status in _REFUSED:
            raise EndpointRefused(
                f"{self._settings.endpoint} answered {status}: {_REFUSED[status]}{told}",
                hint=f"Model {self._model!r}; key from {self._settings.key_env or 'nowhere (key_env is not set)'}.",
            )
        if status in _AGAIN or status >= 500:
            wait = _retry_after(response.headers)
            raise _Transient(f"the endpoint answered {status}{told}", overload=status in _OVERLOAD, wait_s=wait)
        raise EngineFailure("engine_error", f"the endpoint answered {status}{told}")

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client with a connection to spare, the last one given back first: its connections are open."""
        if not self._clients:
            self._connect()
        free = self._free
        client = free.pop()
        try:
            yield client
        finally:
            free.append(client)

    def _connect(self) -> None:
        """Small pools instead of a large one: a pool looks through all its connections for each request, twice."""
        trusted = httpx.create_ssl_context()
        for start in range(0, self._settings.in_flight, _POOL):
            share = min(_POOL, self._settings.in_flight - start)
            limits = httpx.Limits(max_connections=share, max_keepalive_connections=share, keepalive_expiry=30)
            client = httpx.AsyncClient(limits=limits, timeout=None, verify=trusted)
            self._clients.append(client)
            self._free += [client] * share

    @property
    def _headers(self) -> dict[str, str]:
        plain = {"Content-Type": "application/json", **outgoing()}
        return plain | {"Authorization": f"Bearer {self._key}"} if self._key else plain

    @property
    def _address(self) -> str:
        return f"{self._settings.endpoint.rstrip('/')}/chat/completions"

    def _pause(self, number: int, failure: _Transient) -> float:
        grown = self._settings.backoff_s * 2.0**number * (0.5 + self._jitter.random())
        return min(max(grown, failure.wait_s), _LONGEST_WAIT_S)

    def _count_failure(self, last: _Transient) -> None:
        self._failed_in_a_row += 1
        if self._failed_in_a_row >= _DEAD_AFTER:
            hint = "What was done is kept. When the endpoint answers again, run the same command to go on."
            self._down = self._gone(f"does not answer any more: {last}", hint)
            raise self._down

    def _gone(self, how: str, hint: str) -> EndpointDown:
        return EndpointDown(f"{self._settings.endpoint} {how}", hint=hint)


def _facts(model: str, endpoint: str) -> dict[str, Fact]:
    """What the span of every request tells, by OpenTelemetry's names; nothing of an address that cannot be read."""
    told: dict[str, Fact] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
    try:
        parts = urlsplit(endpoint)
        return told | {"server.address": parts.hostname, "server.port": parts.port}
    except ValueError:
        return told


def _usage(reply: Reply) -> dict[str, Fact]:
    return {"gen_ai.usage.input_tokens": reply.tokens_in, "gen_ai.usage.output_tokens": reply.tokens_out}


def _key(key_env: str | None) -> str | None:
    if key_env is None:
        return None
    key = os.environ.get(key_env, "").strip()
    if not key:
        raise InputError(f"the environment variable {key_env} is not set", hint="It must hold the endpoint's key.")
    return key


async def _bounded(response: httpx.Response) -> bytes:
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        if len(data) > MAX_REPLY_BYTES:
            raise _Transient(f"the answer is larger than {MAX_REPLY_BYTES // 2**20} MiB")
    return bytes(data)


def _told(data: bytes) -> str:
    """What an error body says, in one short line."""
    try:
        body = json.loads(data)
        error = body.get("error", body)
        words = error.get("message", "") if isinstance(error, dict) else error
    except (ValueError, AttributeError, RecursionError):
        return ""
    line = " ".join(str(words).split())[:200]
    return f": {line}" if line else ""


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        return min(max(float(headers.get("retry-after", "0")), 0.0), _LONGEST_WAIT_S)
    except ValueError:
        return 0.0
