"""The service as the routes see it: the flow, the jobs, the answers kept, and how one request is answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from janus_reward.errors import JanusError
from janus_reward.render.store_bound import keep_below
from janus_reward.serve.failures import Ending
from janus_reward.serve.flow import Flow
from janus_reward.serve.idempotency import Answers
from janus_reward.serve.jobs import Jobs
from janus_reward.serve.metrics import Metrics
from janus_reward.serve.reading import deadline_of, idempotency_key, read_model
from janus_reward.serve.settings import ServeSettings
from janus_reward.tracing import flush

_log = logging.getLogger("janus_reward.serve")

M = TypeVar("M", bound=BaseModel)
Uploads = Mapping[str, bytes]

_PRUNE_S = 30.0
_FLUSH_S = 5.0


class Service:
    """Everything behind the routes.

    Args:
        settings: of the service.
        metrics: shared with the guard.

    Attributes:
        stop: told when the service cannot do its work; the web process puts its own here.
    """

    def __init__(self, settings: ServeSettings, metrics: Metrics) -> None:
        self.settings, self.metrics = settings, metrics
        self.flow = Flow(settings, metrics)
        self.jobs = Jobs(settings)
        self.draining = False
        self.stop: Callable[[JanusError], None] = lambda failure: None
        self._answers = Answers()
        self._pruning: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether a request that comes now will be answered."""
        return not self.draining and self.flow.ready

    async def start(self) -> None:
        """Start workers and jobs, or tell that the service cannot do its work."""
        try:
            await self.flow.start()
        except JanusError as failure:
            self.stop(failure)
            return
        self.metrics.watch(self.flow, self.jobs)
        self.jobs.start()
        self._pruning = asyncio.ensure_future(self._prune())

    def drain(self) -> None:
        """Take no more requests; what is not answered shortly before the grace ends is handed back."""
        if self.draining:
            return
        self.draining = True
        self.jobs.stop()
        _log.info("draining", extra={"inside": self.flow.gate.inside})
        later = max(0.0, self.settings.grace_s - min(2.0, self.settings.grace_s / 4))
        asyncio.get_running_loop().call_later(later, self.flow.hand_back)

    async def close(self) -> None:
        """End workers and jobs; unfinished jobs go on at the next start."""
        self.jobs.stop()
        if self._pruning is not None:
            self._pruning.cancel()
        await asyncio.gather(self.jobs.close(), self.flow.close(), asyncio.to_thread(flush, _FLUSH_S))

    async def answer(
        self, request: Request, kind: type[M], make: Callable[[M, Uploads, float], Awaitable[Any]], status: int = 200
    ) -> Response:
        """Read a request, make its answer once, send it as JSON.

        Args:
            request: as it comes.
            kind: of its body.
            make: from the body, its uploads and the deadline to JSON-able values.
            status: of a good answer.

        Raises:
            Refusal: whatever stands in the way.
        """
        if self.draining:
            raise Ending("the service is going down", hint="Send it again.", retry_after_s=2)
        deadline = deadline_of(request, self.settings.deadline_s)
        key = idempotency_key(request)

        async def made(until: float = deadline) -> bytes:
            model, uploads = await read_model(kind, request)
            told = await make(model, uploads, until)
            return json.dumps(told, allow_nan=False, separators=(",", ":")).encode()

        if key is None:
            body = await made()
        else:
            later = partial(made, deadline + self.settings.deadline_s)
            body = await self._answers.once(f"{request.url.path} {key}", await request.body(), later, deadline)
        return Response(body, status, media_type="application/json")

    async def _prune(self) -> None:
        """Keep the store of renders below its bound."""
        while True:
            await asyncio.sleep(_PRUNE_S)
            with contextlib.suppress(OSError):
                await asyncio.to_thread(keep_below, self.flow.store, self.settings.cache_mb << 20)
