"""What OpenAPI says of routes that read their bodies themselves."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from janus_reward.serve.wire import ErrorAnswer

_REF = "#/components/schemas/{model}"
_WORDS = {
    400: "The body cannot be read.",
    401: "No valid token.",
    403: "From another origin, or under another host's name.",
    404: "There is no such thing.",
    408: "The request did not arrive in time.",
    409: "Not in this state.",
    413: "Over a bound on bytes or pixels.",
    415: "Neither JSON nor multipart.",
    422: "Readable, but not what is asked for.",
    429: "The queue is full; `Retry-After` says when to come again.",
    500: "A defect of the service.",
    503: "Going down, or not up yet; `Retry-After` says when to come again.",
    504: "The deadline passed.",
}
_EVERYWHERE = (401, 403, 500)
_BODY = (400, 408, 413, 415, 422, 429, 503, 504)
_HEADERS = (
    ("Idempotency-Key", "The same key gets the same answer.", {"type": "string", "pattern": "^[!-~]{1,255}$"}),
    ("Janus-Deadline", "Seconds until it must be answered.", {"type": "string", "pattern": r"^\d{1,6}(\.\d{1,6})?$"}),
)


def responses(*codes: int, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """The errors of a route: those everywhere, those of reading a body, and these."""
    every = sorted({*_EVERYWHERE, *(_BODY if body else ()), *codes})
    return {code: {"model": ErrorAnswer, "description": _WORDS[code]} for code in every}


def takes(kind: type[BaseModel], examples: dict[str, Any], *, multipart: bool = True) -> dict[str, Any]:
    """The request body of a route: JSON, and multipart with the same JSON as its part `request`."""
    shape = kind.model_json_schema(ref_template=_REF)
    defined = shape.pop("$defs", {})
    shape = _inlined(shape, defined)
    told = {name: {"value": value} for name, value in examples.items()}
    content: dict[str, Any] = {"application/json": {"schema": shape, "examples": told}}
    if multipart:
        part = {"type": "string", "contentMediaType": "application/json", "description": "The request as JSON."}
        content["multipart/form-data"] = {
            "schema": {"type": "object", "properties": {"request": part}, "required": ["request"]}
        }
    parameters = [
        {"name": name, "in": "header", "required": False, "description": words, "schema": schema}
        for name, words, schema in _HEADERS
    ]
    return {"requestBody": {"required": True, "content": content}, "parameters": parameters}


def _inlined(shape: Any, defined: dict[str, Any]) -> Any:
    """A schema with its own definitions put in place; ours are not recursive."""
    if isinstance(shape, list):
        return [_inlined(item, defined) for item in shape]
    if not isinstance(shape, dict):
        return shape
    named = shape.get("$ref", "").rpartition("/")[2]
    if named in defined:
        rest = {key: value for key, value in shape.items() if key != "$ref"}
        return _inlined({**defined[named], **rest}, defined)
    return {key: _inlined(value, defined) for key, value in shape.items()}
