"""Clients of the service, for threads and for event loops: the same calls, sent again when the service says "later".

with Client("http://127.0.0.1:8484") as client:
client.score(instruction="...", code="...").score

async with AsyncClient("http://127.0.0.1:8484", token=token) as client:
async for verdict in client.score_many(records):
...
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import httpx2 as httpx

from janus_reward.serve import exchange
from janus_reward.serve.exchange import Call, Record, ServiceError
from janus_reward.serve.wire import CompareAnswer, DedupAnswer, JobOut, RenderAnswer, RewardAnswer, VerdictOut

R = TypeVar("R")

_INCLUDE = ("rationales", "checks")
_ENDED = frozenset({"done", "failed", "cancelled"})
_CHUNK = 1 << 20


class Client:
    """A client for threads; one may be shared by many.

    Args:
        url: of the service.
        token: when it wants one.
        timeout_s: for each try.
        deadline_s: the service answers within, or says that it could not; its own default when `None`.
        retries: further tries after "later" (429, 503 ...) or no answer; each waits longer.

    Raises:
        ServiceError: of every call: refused, failed, or not reached after all tries.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout_s: float = 90.0,
        deadline_s: float | None = None,
        retries: int = 6,
    ) -> None:
        self._http = httpx.Client(base_url=url, headers=_headers(token), timeout=timeout_s)
        self._deadline_s, self._retries = deadline_s, retries

    def score(self, triple: Record | None = None, /, *, include: Sequence[str] = _INCLUDE, **fields: Any) -> VerdictOut:
        """A verdict; arguments as for `Scorer.score`, pictures as bytes, paths of files or base64."""
        return self.score_batch([_record(triple, fields)], include=include)[0]

    def score_batch(self, triples: Sequence[Record], *, include: Sequence[str] = _INCLUDE) -> list[VerdictOut]:
        """Verdicts for one request's triples, in order."""
        return self._send(exchange.score_call(triples, include)).verdicts

    def score_many(
        self, triples: Iterable[Record], *, batch: int = 4, under_way: int = 8, include: Sequence[str] = _INCLUDE
    ) -> Iterator[VerdictOut]:
        """Verdicts in the order of the triples, a few requests under way at once; reads only as far as it must."""
        window: deque[Future[list[VerdictOut]]] = deque()
        source = iter(triples)
        with ThreadPoolExecutor(under_way, thread_name_prefix="janus-reward-client") as threads:
            while part := list(itertools.islice(source, batch)):
                window.append(threads.submit(self.score_batch, part, include=include))
                if len(window) == under_way:
                    yield from window.popleft().result()
            while window:
                yield from window.popleft().result()

    def compare(self, a: Record, b: Record, *, margin: float = 0.05) -> CompareAnswer:
        """Which of two answers is better."""
        return self._send(exchange.compare_call(a, b, margin))

    def render(self, code: str, language: str | None = None) -> RenderAnswer:
        """Draw code."""
        return self._send(exchange.render_call(code, language))

    def picture(self, sha256: str) -> bytes:
        """The PNG of a `render_sha256`."""
        return self._answer(Call("GET", f"/v1/renders/{sha256}")).content

    def rewards(
        self, prompts: Sequence[Any], completions: Sequence[Any], *, scale: str = "1-5", **columns: Sequence[Any]
    ) -> RewardAnswer:
        """Rewards as TRL asks for them."""
        return self._send(exchange.reward_call(prompts, completions, columns, scale))

    def dedup(self, triples: Sequence[Record], *, add: bool = False) -> DedupAnswer:
        """Which triples the service's index has."""
        return self._send(exchange.dedup_call(triples, add))

    def upload(self, path: str | Path) -> str:
        """Upload a dataset; returns what `submit(file=...)` takes. Not sent again when it breaks off."""
        call = exchange.upload_call(Path(path))
        with Path(path).open("rb") as file:
            try:
                answer = self._http.post(
                    call.path, params=dict(call.query), content=iter(lambda: file.read(_CHUNK), b"")
                )
            except httpx.TransportError as error:
                raise exchange.unreachable(error) from error
        return call.read(answer).file

    def submit(self, **asked: Any) -> JobOut:
        """Have a dataset scored: `file=` of `upload`, or `source=` below the data folder; `map=`, `limit=`, ..."""
        return self._send(exchange.job_call(asked))

    def job(self, id_: str) -> JobOut:
        """How far a job is."""
        return self._send(exchange.job_state(id_))

    def jobs(self) -> list[JobOut]:
        """All jobs, the newest first."""
        return self._send(exchange.job_list())

    def wait(self, id_: str, *, every_s: float = 1.0) -> JobOut:
        """A job when it has ended."""
        while (job := self.job(id_)).state not in _ENDED:
            time.sleep(every_s)
        return job

    def cancel(self, id_: str) -> JobOut:
        """Cancel a job."""
        return self._send(exchange.job_cancel(id_))

    def delete(self, id_: str) -> None:
        """Delete a finished job."""
        self._send(exchange.job_delete(id_))

    def results(self, id_: str, path: str | Path) -> Path:
        """Write the results of a finished job to a Parquet file."""
        target = Path(path)
        with self._http.stream("GET", f"/v1/jobs/{id_}/results") as answer:
            if answer.status_code >= 400:
                answer.read()
                raise exchange.refused(answer)
            with target.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
        return target

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, call: Call[R]) -> R:
        return call.read(self._answer(call))

    def _answer(self, call: Call[Any]) -> httpx.Response:
        headers = call.headers(self._deadline_s)
        failure: Exception | None = None
        for wait in (*exchange.waits(self._retries if call.again else 0), None):
            try:
                answer = self._http.request(
                    call.method, call.path, json=call.json, params=dict(call.query), headers=headers
                )
            except httpx.TransportError as error:
                failure, asked = error, 0.0
            else:
                if not exchange.comes_again(answer) or wait is None:
                    return answer
                asked = exchange.asked_wait(answer)
            if wait is not None:
                time.sleep(max(wait, asked))
        raise exchange.unreachable(failure or ServiceError("no answer")) from failure


class AsyncClient:
    """A client for event loops; arguments and methods as those of `Client`, to be awaited."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout_s: float = 90.0,
        deadline_s: float | None = None,
        retries: int = 6,
    ) -> None:
        self._http = httpx.AsyncClient(base_url=url, headers=_headers(token), timeout=timeout_s)
        self._deadline_s, self._retries = deadline_s, retries

    async def score(
        self, triple: Record | None = None, /, *, include: Sequence[str] = _INCLUDE, **fields: Any
    ) -> VerdictOut:
        """A verdict."""
        return (await self.score_batch([_record(triple, fields)], include=include))[0]

    async def score_batch(self, triples: Sequence[Record], *, include: Sequence[str] = _INCLUDE) -> list[VerdictOut]:
        """Verdicts for one request's triples, in order."""
        return (await self._send(exchange.score_call(triples, include))).verdicts

    async def score_many(
        self, triples: Iterable[Record], *, batch: int = 4, under_way: int = 8, include: Sequence[str] = _INCLUDE
    ) -> AsyncIterator[VerdictOut]:
        """Verdicts in order, a few requests under way at once."""
        window: deque[asyncio.Task[list[VerdictOut]]] = deque()
        source = iter(triples)
        try:
            while part := list(itertools.islice(source, batch)):
                window.append(asyncio.create_task(self.score_batch(part, include=include)))
                if len(window) == under_way:
                    for verdict in await window.popleft():
                        yield verdict
            while window:
                for verdict in await window.popleft():
                    yield verdict
        finally:
            for task in window:
                task.cancel()

    async def compare(self, a: Record, b: Record, *, margin: float = 0.05) -> CompareAnswer:
        """Which of two answers is better."""
        return await self._send(exchange.compare_call(a, b, margin))

    async def render(self, code: str, language: str | None = None) -> RenderAnswer:
        """Draw code."""
        return await self._send(exchange.render_call(code, language))

    async def rewards(
        self, prompts: Sequence[Any], completions: Sequence[Any], *, scale: str = "1-5", **columns: Sequence[Any]
    ) -> RewardAnswer:
        """Rewards as TRL asks for them."""
        return await self._send(exchange.reward_call(prompts, completions, columns, scale))

    async def dedup(self, triples: Sequence[Record], *, add: bool = False) -> DedupAnswer:
        """Which triples the service's index has."""
        return await self._send(exchange.dedup_call(triples, add))

    async def submit(self, **asked: Any) -> JobOut:
        """Have a dataset scored."""
        return await self._send(exchange.job_call(asked))

    async def job(self, id_: str) -> JobOut:
        """How far a job is."""
        return await self._send(exchange.job_state(id_))

    async def wait(self, id_: str, *, every_s: float = 1.0) -> JobOut:
        """A job when it has ended."""
        while (job := await self.job(id_)).state not in _ENDED:
            await asyncio.sleep(every_s)
        return job

    async def cancel(self, id_: str) -> JobOut:
        """Cancel a job."""
        return await self._send(exchange.job_cancel(id_))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _send(self, call: Call[R]) -> R:
        headers = call.headers(self._deadline_s)
        failure: Exception | None = None
        for wait in (*exchange.waits(self._retries if call.again else 0), None):
            try:
                answer = await self._http.request(
                    call.method, call.path, json=call.json, params=dict(call.query), headers=headers
                )
            except httpx.TransportError as error:
                failure, asked = error, 0.0
            else:
                if not exchange.comes_again(answer) or wait is None:
                    return call.read(answer)
                asked = exchange.asked_wait(answer)
            if wait is not None:
                await asyncio.sleep(max(wait, asked))
        raise exchange.unreachable(failure or ServiceError("no answer")) from failure


def _headers(token: str | None) -> dict[str, str]:
    return {} if token is None else {"authorization": f"Bearer {token}"}


def _record(triple: Record | None, fields: Mapping[str, Any]) -> Record:
    if triple is None:
        return fields
    return {**(triple if isinstance(triple, Mapping) else triple.model_dump(exclude_none=True)), **fields}
