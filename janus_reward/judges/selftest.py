"""What an engine really honours: a few tiny calls, each with an answer that can be checked."""

from __future__ import annotations

import asyncio
import io
import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from PIL import Image as Pillow

from janus_reward.judges.engine.base import Engine, EngineFailure, Image, Message, Reply, Request

Probe = Literal["text", "schema", "logprobs", "image", "repeat"]
PROBES: tuple[Probe, ...] = ("text", "schema", "logprobs", "image", "repeat")

_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": ["quartz", "basalt"]}},
    "required": ["answer"],
    "additionalProperties": False,
}
_SIDE = 112
_LEAST_OPTIONS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One probe.

    Args:
        ok: whether what was asked for came; `None` when it was not tried.
        words: what came instead, or how it was told.
    """

    ok: bool | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine honours.

    Args:
        findings: by probe. `text`: it answers; `schema`: a JSON schema binds the reply, against what the prompt asks;
            `logprobs`: alternatives with probabilities come; `image`: a picture is taken and changes the prompt;
            `repeat`: the same request at temperature 0 brings the same reply.
        seconds: latency of the smallest call.
        usage: whether token counts come.
        model: the name the engine gives its model.
    """

    findings: Mapping[str, Finding] = field(default_factory=dict)
    seconds: float = 0.0
    usage: bool = False
    model: str = ""

    def honours(self, probe: Probe) -> bool:
        """Whether a probe went well."""
        finding = self.findings.get(probe)
        return finding is not None and finding.ok is True

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


async def probe(engine: Engine, wanted: tuple[Probe, ...] = PROBES) -> Capabilities:
    """Send the wanted probes; `text` always. A probe that fails is a finding, not an error.

    Raises:
        EndpointDown, EndpointRefused: the endpoint cannot be used at all.
    """
    start = time.perf_counter()
    try:
        first = await engine.complete(_plain("Reply with the one word: ready", max_tokens=8))
    except EngineFailure as failure:
        return Capabilities({"text": Finding(False, failure.message)})
    seconds = time.perf_counter() - start
    findings = {"text": Finding(bool(first.text.strip()), _quoted(first))}
    tests = {"schema": _schema, "logprobs": _logprobs, "image": _image, "repeat": _repeat}
    chosen = [name for name in tests if name in wanted]
    found = await asyncio.gather(*(_tried(tests[name](engine)) for name in chosen))
    findings |= dict(zip(chosen, found, strict=True))
    return Capabilities(findings, seconds, first.tokens_in > 0, first.model)


async def _tried(test: Any) -> Finding:
    try:
        found: Finding = await test
    except EngineFailure as failure:
        return Finding(False, failure.message)
    return found


async def _schema(engine: Engine) -> Finding:
    """The prompt asks for a poem, the schema for one of two words: only a bound reply can be the object."""
    request = _plain("Write a short poem about the sea. Do not write JSON.", max_tokens=60, schema=_SCHEMA)
    reply = await engine.complete(request)
    try:
        bound = json.loads(reply.text).get("answer") in ("quartz", "basalt")
    except (ValueError, AttributeError, RecursionError):
        bound = False
    return Finding(bound, _quoted(reply))


async def _logprobs(engine: Engine) -> Finding:
    reply = await engine.complete(_plain("Reply with one digit from 1 to 5.", max_tokens=4, logprobs=20))
    if not reply.tokens:
        return Finding(False, "no log probabilities came")
    options = len(reply.tokens[0].options)
    mass = math.fsum(math.exp(value) for _, value in reply.tokens[0].options)
    ok = options >= _LEAST_OPTIONS and 0 < mass <= 1.02
    return Finding(ok, f"{options} alternatives, {mass:.2f} of the probability")


async def _image(engine: Engine) -> Finding:
    """A red square: whether it is taken, and whether it costs tokens; the colour named is told, not required."""
    question = "Which colour fills this picture? Reply with one word."
    plain = await engine.complete(_plain(question, max_tokens=8))
    picture = io.BytesIO()
    Pillow.new("RGB", (_SIDE, _SIDE), (220, 20, 20)).save(picture, "PNG")
    image = Image(picture.getvalue(), "image/png", _SIDE, _SIDE)
    seen = await engine.complete(Request((Message("user", (image, question)),), max_tokens=8))
    if plain.tokens_in and seen.tokens_in <= plain.tokens_in:
        return Finding(False, "the picture was dropped: it added no tokens to the prompt")
    return Finding(True, f"a red square is called {_quoted(seen)}")


async def _repeat(engine: Engine) -> Finding:
    request = _plain("Name three minerals, in one line.", max_tokens=24)
    first, second = await asyncio.gather(engine.complete(request), engine.complete(request))
    return Finding(first.text == second.text, "" if first.text == second.text else "two replies differ")


def _plain(text: str, max_tokens: int, schema: Mapping[str, Any] | None = None, logprobs: int = 0) -> Request:
    return Request((Message("user", (text,)),), schema, max_tokens, logprobs=logprobs)


def _quoted(reply: Reply) -> str:
    words = " ".join(reply.text.split())
    return repr(words[:60] + ("..." if len(words) > 60 else ""))
