"""Before and after every request: who may ask, how much may come, what is logged. A plain ASGI wrapper."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from janus_reward.serve.failures import Broken, Forbidden, Refusal, TooLarge, TooSlow, Unauthorized
from janus_reward.serve.gate import ByteBudget
from janus_reward.serve.metrics import Metrics
from janus_reward.serve.settings import ServeSettings
from janus_reward.tracing import HEADERS, Fact, span

_log = logging.getLogger("janus_reward.serve")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

OPEN_PATHS = frozenset({"/", "/healthz", "/readyz", "/page.css", "/page.js"})
"""Paths that need no token: they tell nothing of the data."""

UPLOAD_PATH = "/v1/files"

_UNTRACED = OPEN_PATHS | {"/metrics", "/v1/status"}
"""Paths that are asked again and again by what watches the service."""

_REQUEST_ID = re.compile(rb"[\w.-]{1,64}", re.ASCII)
_BODY_S = 60.0
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]


class Guard:
    """Wraps the application.

    Args:
        app: what answers.
        settings: of the service.
        metrics: told about every request.
    """

    def __init__(self, app: App, settings: ServeSettings, metrics: Metrics) -> None:
        self._app, self._settings, self._metrics = app, settings, metrics
        self._tokens = [hashlib.sha256(token.encode()).digest() for token in settings.tokens]
        self._budget = ByteBudget(settings.memory_mb << 20)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; lifespan and the rest go through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        with exchange.traced():
            await self._answered(exchange, scope, receive)

    async def _answered(self, exchange: _Exchange, scope: Message, receive: Receive) -> None:
        body = _Body(receive, self._budget, self._bound(scope["path"]), spooled=scope["path"] == UPLOAD_PATH)
        try:
            self._admit(scope)
            body.announced(exchange.header(b"content-length"))
            await self._app(scope, body.receive, exchange.send)
        except Refusal as refusal:
            await exchange.refuse(refusal)
        except Exception:  # noqa: BLE001 - whatever the application did not handle is told as a defect
            _log.exception("request failed", extra={"request": exchange.id})
            await exchange.refuse(Broken())
        finally:
            body.done()
            self._tell(exchange, body.size)

    def _bound(self, path: str) -> int:
        return (self._settings.upload_mb if path == UPLOAD_PATH else self._settings.body_mb) << 20

    def _admit(self, scope: Message) -> None:
        """Who may ask: no page of another origin; with tokens, who knows one; without, who asks this very machine."""
        headers = dict(scope["headers"])
        origin, host = headers.get(b"origin"), headers.get(b"host", b"").decode("latin-1")
        if origin is not None and urlsplit(origin.decode("latin-1")).netloc != host:
            raise Forbidden("requests from pages of another origin are refused")
        if self._tokens:
            if scope["path"] not in OPEN_PATHS and not self._known(headers.get(b"authorization", b"")):
                raise Unauthorized("a valid token is needed", hint="Send the header Authorization: Bearer TOKEN.")
        elif not _local(host):
            raise Forbidden("asked under the name of another host", hint="Ask 127.0.0.1 or localhost.")

    def _known(self, authorization: bytes) -> bool:
        kind, _, given = authorization.partition(b" ")
        digest = hashlib.sha256(given.strip()).digest()
        matches = [hmac.compare_digest(digest, token) for token in self._tokens]
        return kind.lower() == b"bearer" and any(matches)

    def _tell(self, exchange: _Exchange, size: int) -> None:
        seconds = time.monotonic() - exchange.began
        self._metrics.requests.labels(exchange.route, exchange.status).inc()
        self._metrics.latency.labels(exchange.route).observe(seconds)
        if exchange.refused is not None:
            self._metrics.refused.labels(exchange.refused).inc()
        told = {
            "request": exchange.id,
            "method": exchange.method,
            "route": exchange.route,
            "status": exchange.status,
            "ms": round(1000 * seconds, 1),
            "bytes": size,
            "code": exchange.refused,
        }
        _log.info("request", extra=told)


class _Exchange:
    """One request's id and answer."""

    def __init__(self, scope: Message, send: Send) -> None:
        self._scope, self._send = scope, send
        self._headers = dict(scope["headers"])
        given = self._headers.get(b"x-request-id", b"")
        self.id = given.decode("ascii") if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        self.began, self.status = time.monotonic(), 0
        scope.setdefault("state", {})["request_id"] = self.id

    @property
    def method(self) -> str:
        """Of the request, when it is one of those there are."""
        method = str(self._scope["method"])
        return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH") else "other"

    @property
    def route(self) -> str:
        """The template of the path, never the path itself."""
        route = self._scope.get("route")
        return str(getattr(route, "path", "unknown"))

    @property
    def refused(self) -> str | None:
        """Code of the error that was answered."""
        code = self._scope["state"].get("refused")
        return None if code is None else str(code)

    def header(self, name: bytes) -> bytes | None:
        """One header of the request."""
        return self._headers.get(name)

    @contextmanager
    def traced(self) -> Iterator[None]:
        """A span around it; a trace that the caller began goes on."""
        if self._scope["path"] in _UNTRACED:
            yield
            return
        came = {name: self._headers.get(name.encode("ascii"), b"").decode("latin-1") for name in HEADERS}
        with span(self.method, kind="server", parent=came) as ours:
            yield
            ours.rename(f"{self.method} {self.route}")
            ours.tell(**self._facts(), code=self.refused)
            if self.status >= 500:
                ours.fail(str(self.status))

    def _facts(self) -> dict[str, Fact]:
        """By OpenTelemetry's names."""
        return {
            "http.request.method": self.method,
            "http.route": self.route,
            "http.response.status_code": self.status,
        }

    async def send(self, message: Message) -> None:
        """Pass the answer on, with our headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *_HEADERS, (b"x-request-id", self.id.encode("ascii"))]
        await self._send(message)

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with an error, unless an answer has begun."""
        if self.status:
            return
        body = json.dumps(problem(refusal, self.id)).encode()
        told = {"content-type": "application/json", "content-length": str(len(body)), **refusal.headers}
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in told.items()]
        self._scope["state"]["refused"] = refusal.code
        await self.send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


class _Body:
    """A request's body, counted as it comes; what is not spooled to a file counts against the memory budget."""

    def __init__(self, receive: Receive, budget: ByteBudget, bound: int, *, spooled: bool) -> None:
        self._receive, self._budget, self._bound, self._spooled = receive, budget, bound, spooled
        self._until = time.monotonic() + _BODY_S
        self._held = self.size = 0
        self._ended = False

    def announced(self, length: bytes | None) -> None:
        """Refuse by the header alone. Raises TooLarge, Busy."""
        if length is not None and length.isdigit():
            self._check(int(length))
            self._hold(int(length))

    async def receive(self) -> Message:
        """The next piece. Raises TooLarge, TooSlow, Busy."""
        if self._ended:
            return await self._receive()
        try:
            limit = None if self._spooled else self._until - time.monotonic()
            message = await asyncio.wait_for(self._receive(), limit)
        except TimeoutError:
            raise TooSlow(f"the request did not arrive within {_BODY_S:g} s") from None
        self.size += len(message.get("body", b""))
        self._check(self.size)
        self._hold(self.size)
        self._ended = not message.get("more_body", False)
        return message

    def done(self) -> None:
        """Give the memory back."""
        self._budget.give(self._held)

    def _check(self, size: int) -> None:
        if size > self._bound:
            raise TooLarge(f"the request is over the bound of {self._bound >> 20} MiB", hint="Send fewer triples.")

    def _hold(self, size: int) -> None:
        if not self._spooled and size > self._held:
            self._budget.take(size - self._held)
            self._held = size


def problem(refusal: Refusal, request_id: str) -> dict[str, Any]:
    """The body of an error."""
    told = {"message": refusal.message, "type": type(refusal).__name__.strip("_"), "code": refusal.code}
    return {"error": {**told, "hint": refusal.hint, "request_id": request_id}}


def _local(host: str) -> bool:
    """Whether a Host header names this machine (and no name that merely leads here)."""
    name = host.rpartition(":")[0] if re.search(r":\d*$", host) else host
    return name in ("127.0.0.1", "localhost", "[::1]")
