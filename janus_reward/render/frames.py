"""How pictures and facts travel out of a sandbox: frames of a JSON header and bytes.

The reader treats every byte as hostile: whatever is not exactly a frame ends the reading with a reason, and nothing
is allocated beyond the bytes that already arrived. A job can write what it likes about its own pictures, and about no
other job's.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAGIC = b"JRF1"
MAX_HEADER = 4 * 2**20
MAX_FRAMES = 2_000
MAX_DEPTH = 12
_PREFIX = struct.Struct("!4sII")


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a job: a header with its `kind`, and the bytes that belong to it."""

    header: Mapping[str, Any]
    body: bytes

    @property
    def kind(self) -> str:
        """What the body is: picture, plotly, html, svg, facts, exception."""
        return str(self.header["kind"])


@dataclass(frozen=True, slots=True)
class Reading:
    """All frames up to the first byte that is no frame, and what was wrong there (`None`: nothing)."""

    frames: tuple[Frame, ...]
    problem: str | None = None


def encode(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """One frame as bytes."""
    text = json.dumps(header, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
    return _PREFIX.pack(MAGIC, len(text), len(body)) + text + body


def decode(stream: bytes) -> Reading:
    """Read the frames of one job; never raises on what it reads."""
    frames: list[Frame] = []
    position = 0
    while position < len(stream):
        if len(frames) == MAX_FRAMES:
            return Reading(tuple(frames), f"more than {MAX_FRAMES} results")
        frame = _frame_at(stream, position)
        if isinstance(frame, str):
            return Reading(tuple(frames), frame)
        frames.append(frame[0])
        position = frame[1]
    return Reading(tuple(frames))


def _frame_at(stream: bytes, position: int) -> tuple[Frame, int] | str:
    if len(stream) - position < _PREFIX.size:
        return "a result is cut off"
    magic, header_size, body_size = _PREFIX.unpack_from(stream, position)
    start = position + _PREFIX.size
    if magic != MAGIC:
        return "the code wrote to the channel of its results"
    if header_size > MAX_HEADER or start + header_size + body_size > len(stream):
        return "a result is cut off or lies about its length"
    header = _header(stream[start : start + header_size])
    if isinstance(header, str):
        return header
    end = start + header_size + body_size
    return Frame(header, stream[start + header_size : end]), end


def _header(text: bytes) -> dict[str, Any] | str:
    value = parse_object(text)
    if isinstance(value, dict) and not isinstance(value.get("kind"), str):
        return "a result's header names no kind"
    return value


def parse_object(text: bytes) -> dict[str, Any] | str:
    """A JSON object written by a job, or what is wrong with it: bad UTF-8, NaN, endless numbers, deep nesting."""
    if len(text) > MAX_HEADER:
        return "a result's facts are too long"
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return "a result's facts are not plain JSON"
    if not isinstance(value, dict):
        return "a result's facts are no JSON object"
    if _deeper_than(value, MAX_DEPTH):
        return "a result's facts are nested too deeply"
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is too large")
    return value


def _deeper_than(value: object, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if depth == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_deeper_than(item, depth - 1) for item in inner)


def writer(write: Callable[[bytes], object]) -> Callable[[Mapping[str, Any], bytes], None]:
    """An `emit(header, body)` that sends frames through `write`."""

    def emit(header: Mapping[str, Any], body: bytes = b"") -> None:
        write(encode(header, bytes(body)))

    return emit
