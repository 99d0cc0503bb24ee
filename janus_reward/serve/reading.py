"""Reading a request: JSON or multipart into a model, uploads by name, the deadline, the idempotency key."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from janus_reward.serve.failures import Invalid, Refusal, WrongKind

M = TypeVar("M", bound=BaseModel)

DEADLINE = "janus-deadline"
IDEMPOTENCY = "idempotency-key"
REQUEST_PART = "request"

_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_MAX_FILES = 256
_SHOWN = 5


async def read_model(kind: type[M], request: Request) -> tuple[M, Mapping[str, bytes]]:
    """The model that a request's body holds, and the parts uploaded with it.

    Raises:
        WrongKind: neither JSON nor multipart. Refusal, Invalid: it cannot be read; names the field, never its content.
    """
    content, _, _ = request.headers.get("content-type", "").partition(";")
    content = content.strip().lower()
    body = await request.body()
    if content == "application/json" or content.endswith("+json"):
        return parsed(kind, body), {}
    if content != "multipart/form-data":
        raise WrongKind("the body is neither JSON nor multipart", hint="Send application/json or multipart/form-data.")
    try:
        async with request.form(max_files=_MAX_FILES, max_fields=4, max_part_size=len(body) + 1) as form:
            said = form.get(REQUEST_PART)
            text = await said.read() if isinstance(said, UploadFile) else said
            files = [(name, part) for name, part in form.multi_items() if isinstance(part, UploadFile)]
            uploads = {name: await part.read() for name, part in files if name != REQUEST_PART}
    except (MultiPartException, ValueError, KeyError, AssertionError) as error:
        raise Refusal("the multipart body cannot be read") from error
    if text is None:
        raise Invalid(f"the multipart body has no part {REQUEST_PART!r}", hint="It holds the request as JSON.")
    return parsed(kind, text), uploads


def parsed(kind: type[M], text: bytes | str) -> M:
    """JSON text as a model. Raises Invalid naming the fields that are wrong."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        wrong = [f"{_place(one['loc'])}: {one['msg']}" for one in error.errors(include_url=False, include_input=False)]
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise Invalid("; ".join(wrong[:_SHOWN])[:1000] + more, hint="See /openapi.json.") from None


def deadline_of(request: Request, most_s: float) -> float:
    """When the request must be answered, in monotonic seconds: what it asks for in `Janus-Deadline`, or the most."""
    asked = request.headers.get(DEADLINE)
    if asked is None:
        return time.monotonic() + most_s
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", asked, re.ASCII):
        raise Invalid(f"the header {DEADLINE} is not a number of seconds")
    return time.monotonic() + min(float(asked), most_s)


def idempotency_key(request: Request) -> str | None:
    """The key under which an answer is given again. Raises Invalid when it is none."""
    key = request.headers.get(IDEMPOTENCY)
    if key is not None and not _KEY.fullmatch(key):
        raise Invalid(f"the header {IDEMPOTENCY} is not 1 to 255 visible ASCII characters")
    return key


def _place(loc: tuple[Any, ...]) -> str:
    """Where in the request, without names that the request made up."""
    words = [
        str(part) if isinstance(part, int) or re.fullmatch(r"\w{1,40}", str(part), re.ASCII) else "?" for part in loc
    ]
    return ".".join(words) or "the body"
