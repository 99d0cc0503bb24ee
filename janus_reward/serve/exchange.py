"""What both clients share: a call as plain data, how long to wait before it is sent again, what an error is."""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import httpx2 as httpx
from pydantic import BaseModel, TypeAdapter

from janus_reward.errors import JanusError
from janus_reward.serve.wire import (
    CompareAnswer,
    DedupAnswer,
    FileOut,
    JobOut,
    RenderAnswer,
    RewardAnswer,
    ScoreAnswer,
    TripleIn,
)
from janus_reward.tracing import outgoing

R = TypeVar("R")

Record = TripleIn | Mapping[str, Any]
"""A triple to send; pictures may be bytes or paths of files here."""

_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_FIRST_S, _MOST_S = 0.25, 20.0


class ServiceError(JanusError):
    """The service refused a request, failed on it, or could not be reached.

    Args:
        status: of the answer; `None` when there was none.
        code: of the error, such as `queue_full`.
    """

    def __init__(self, message: str, *, hint: str | None = None, status: int | None = None, code: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Call(Generic[R]):
    """One request, whatever sends it.

    Args:
        kind: of the answer.
        once: an idempotency key goes with it, so that sending it again does no work twice.
        again: an answer that says "later" or no answer at all has it sent again.
    """

    method: str
    path: str
    kind: Any = None
    json: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    once: bool = True
    again: bool = True

    def headers(self, deadline_s: float | None) -> dict[str, str]:
        """Its own headers, and those of the trace that it belongs to."""
        found = outgoing()
        if self.once and self.json is not None:
            found["idempotency-key"] = uuid.uuid4().hex
        if deadline_s is not None:
            found["janus-deadline"] = f"{deadline_s:.3f}"
        return found

    def read(self, answer: httpx.Response) -> R:
        """The answer as its kind. Raises ServiceError."""
        if answer.status_code >= 400:
            raise refused(answer)
        if self.kind is None:
            return None  # type: ignore[return-value]
        read: R = TypeAdapter(self.kind).validate_json(answer.content)
        return read


def refused(answer: httpx.Response) -> ServiceError:
    """What an error answer says."""
    try:
        told = answer.json()["error"]
        return ServiceError(told["message"], hint=told["hint"], status=answer.status_code, code=told["code"])
    except (ValueError, KeyError, TypeError):
        return ServiceError(f"the service answered {answer.status_code}", status=answer.status_code)


def unreachable(error: Exception) -> ServiceError:
    """No answer."""
    return ServiceError(f"the service cannot be reached: {error}", hint="Is it running, and is the address right?")


def waits(retries: int) -> Iterator[float]:
    """Seconds before each further try: doubling, each with chance in it (full jitter)."""
    for number in range(retries):
        yield random.uniform(0.5, 1.0) * min(_MOST_S, _FIRST_S * 2**number)


def comes_again(answer: httpx.Response) -> bool:
    """Whether the same request may go through later."""
    return answer.status_code in _AGAIN


def asked_wait(answer: httpx.Response) -> float:
    """Seconds of `Retry-After`; 0 when there are none."""
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isdigit() else 0.0


def score_call(records: Sequence[Record], include: Sequence[str]) -> Call[ScoreAnswer]:
    """Score these."""
    return Call("POST", "/v1/score", ScoreAnswer, {"triples": [_sent(one) for one in records], "include": [*include]})


def compare_call(a: Record, b: Record, margin: float) -> Call[CompareAnswer]:
    """Compare these two."""
    return Call("POST", "/v1/compare", CompareAnswer, {"a": _sent(a), "b": _sent(b), "margin": margin})


def render_call(code: str, language: str | None) -> Call[RenderAnswer]:
    """Draw this."""
    return Call("POST", "/v1/render", RenderAnswer, {"code": code, "language": language})


def reward_call(
    prompts: Sequence[Any], completions: Sequence[Any], columns: Mapping[str, Sequence[Any]], scale: str
) -> Call[RewardAnswer]:
    """Rewards for these."""
    body = {**{name: list(column) for name, column in columns.items()}}
    body |= {"prompts": list(prompts), "completions": list(completions)}
    return Call("POST", "/v1/rewards", RewardAnswer, body, {"scale": scale})


def dedup_call(records: Sequence[Record], add: bool) -> Call[DedupAnswer]:
    """Look for these in the index."""
    return Call("POST", "/v1/dedup/query", DedupAnswer, {"triples": [_sent(one) for one in records], "add": add})


def job_call(asked: Mapping[str, Any]) -> Call[JobOut]:
    """Score a dataset."""
    return Call("POST", "/v1/jobs", JobOut, dict(asked))


def job_state(id_: str) -> Call[JobOut]:
    """How far a job is."""
    return Call("GET", f"/v1/jobs/{id_}", JobOut)


def job_list() -> Call[list[JobOut]]:
    """All jobs."""
    return Call("GET", "/v1/jobs", list[JobOut])


def job_cancel(id_: str) -> Call[JobOut]:
    """Cancel a job."""
    return Call("POST", f"/v1/jobs/{id_}/cancel", JobOut, again=False)


def job_delete(id_: str) -> Call[None]:
    """Delete a job."""
    return Call("DELETE", f"/v1/jobs/{id_}")


def upload_call(path: Path) -> Call[FileOut]:
    """Upload a dataset; the body is sent beside it."""
    return Call("POST", "/v1/files", FileOut, query={"name": path.name[-100:].replace(" ", "_")}, once=False)


def _sent(record: Record) -> dict[str, Any]:
    """A triple as JSON: pictures as base64, and nothing that is not there."""
    plain = record.model_dump() if isinstance(record, BaseModel) else dict(record)
    sent = {name: value for name, value in plain.items() if value is not None}
    for name in ("render", "reference"):
        if name in sent:
            value = sent[name]
            sent[name] = [_picture(one) for one in value] if isinstance(value, (list, tuple)) else _picture(value)
    if isinstance(sent.get("before"), Mapping) and sent["before"].get("render") is not None:
        sent["before"] = {**sent["before"], "render": _picture(sent["before"]["render"])}
    return sent


def _picture(value: Any) -> str:
    if isinstance(value, Path):
        value = value.read_bytes()
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    return str(value)
