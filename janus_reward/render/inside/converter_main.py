"""The converter inside the jail: reads a request, draws it, answers with frames; nothing it draws can run a program."""

from __future__ import annotations

import json
import resource
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from janus_reward import heap
from janus_reward.picture_file import plain
from janus_reward.render.converter_process import ANSWER, REQUEST
from janus_reward.render.frames import encode
from janus_reward.render.inside import draw_picture, draw_svg, draw_vega
from janus_reward.render.inside.drawing import Drawing, DrawingError
from janus_reward.render.pixels import written

_KINDS: dict[str, Callable[[bytes, Mapping[str, Any]], Drawing]] = {
    "svg": draw_svg.draw,
    "vega": draw_vega.draw_vega,
    "vega-lite": draw_vega.draw_vega_lite,
    "picture": draw_picture.draw,
}


_STACK = 64 * 2**20
"""Bytes of stack: resvg walks a document by recursion, and 8 MiB end at some 200 nested elements."""


def main() -> None:
    """Serve requests until the host closes the socket.

    Arguments: the socket's descriptor, MiB of memory, open files, descriptor of the memory for pixels.
    """
    heap.keep_freed()
    threading.stack_size(_STACK)
    serving = threading.Thread(target=_serve)
    serving.start()
    serving.join()


def _serve() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    memory, files, pixels = int(sys.argv[2]) * 2**20, int(sys.argv[3]), int(sys.argv[4])
    # Not RLIMIT_AS: V8 reserves address space far beyond what it uses.
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    channel.sendall(b"+")
    while (request := _request(channel)) is not None:
        answer = _answer(*request, pixels)
        channel.sendall(ANSWER.pack(len(answer)) + answer)


def _request(channel: socket.socket) -> tuple[dict[str, Any], bytes] | None:
    head = _exactly(channel, REQUEST.size)
    if head is None:
        return None
    header_size, body_size = REQUEST.unpack(head)
    header, body = _exactly(channel, header_size), _exactly(channel, body_size)
    return None if header is None or body is None else (json.loads(header), body)


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = channel.recv(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


def _answer(header: Mapping[str, Any], body: bytes, pixels: int) -> bytes:
    try:
        return _drawn(_KINDS[header["kind"]](body, header["settings"]), pixels)
    except DrawingError as error:
        facts = encode({"kind": "facts"}, json.dumps(error.facts).encode())
        return facts + encode({"kind": "end", "outcome": error.outcome, "message": str(error)})
    except MemoryError:
        return encode({"kind": "end", "outcome": "exceeded", "message": "drawing needs more memory than allowed"})
    except (ValueError, OSError, RuntimeError, ArithmeticError, LookupError, TypeError) as error:
        message = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        return encode({"kind": "end", "outcome": "failed", "message": message})


def _drawn(drawing: Drawing, pixels: int) -> bytes:
    told = written(pixels, plain(drawing.image)) if drawing.image is not None else None
    stills = b"".join(encode({"kind": "picture", "at_s": at_s, "pixels": told}, png) for png, at_s in drawing.stills)
    facts = encode({"kind": "facts"}, json.dumps(drawing.facts, allow_nan=False).encode())
    return stills + facts + encode({"kind": "end", "outcome": "ok", "message": None})
