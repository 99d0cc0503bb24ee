"""What one judged program hands back: pictures as they come, and one frame of facts at the very end."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Emit = Callable[[dict[str, Any], bytes], None]

MAX_ITEMS = 50
MAX_TEXTS = 2000
MAX_CHARS = 500
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{9,16}\b")


class PixelLimit(ValueError):
    """A picture would have more pixels than the job may make; raised before it is drawn."""


def pixel_key(width: int, height: int, rgba: bytes | memoryview) -> bytes:
    """Digest a picture's pixels; the same for each encoding of the same picture."""
    digest = hashlib.blake2b(f"{width}x{height}".encode(), digest_size=16)
    digest.update(rgba)
    return digest.digest()


def plain(text: object, folder: Path | None = None) -> str:
    """Text fit for the facts: bounded, without memory addresses and without paths of the machine it ran on.

    Args:
        text: anything with a `str`.
        folder: the scratch folder, which becomes `.`.
    """
    words = _ADDRESS.sub("0x..", str(text)[: 20 * MAX_CHARS])
    for path, name in ((str(folder or ""), "."), (sys.prefix, "<python>"), (sys.base_prefix, "<python>")):
        words = words.replace(path, name) if len(path) > 1 else words
    return words[:MAX_CHARS]


def _finite(value: Any) -> Any:
    """Give the value with `None` for numbers that JSON has no words for."""
    if isinstance(value, dict):
        return {str(name): _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class Capture:
    """Collects what a program draws, within the job's bounds, and sends it out through `emit`.

    Args:
        emit: sends one frame, a JSON-able header and its payload.
        settings: `RenderSettings` as a dict (`still_times_s`, `limits`: {`pictures`, `pixels`, `output_mb`}).
    """

    def __init__(self, emit: Emit, settings: Mapping[str, Any]) -> None:
        limits = settings.get("limits") or {}
        self.pixels = int(limits.get("pixels", 40_000_000))
        self.pictures_left = int(limits.get("pictures", 8))
        self.still_times_s = tuple(sorted(float(t) for t in settings.get("still_times_s", (0.5, 2.0, 4.0))))
        self.folder = Path.cwd()
        self.facts: dict[str, Any] = {}
        self.claimed: set[Path] = set()
        self.quiet = 0
        self.shown = 0
        self._emit = emit
        self._bytes_left = int(limits.get("output_mb", 64)) * 1024 * 1024 - 4 * 1024 * 1024
        self._seen: set[bytes] = set()
        self._spare: list[tuple[dict[str, Any], bytes, bytes]] = []
        self._warnings: list[str] = []
        self._lock = threading.RLock()
        self._pid = os.getpid()

    @property
    def full(self) -> bool:
        """Whether no further picture would be kept."""
        return self.pictures_left <= 0

    def picture(self, png: bytes, key: bytes, figure: int | None, at_s: float | None = None) -> bool:
        """Send one picture, unless it was sent before or a bound is reached. Returns: whether it was sent."""
        return self._send({"kind": "picture", "at_s": at_s, "figure": figure}, png, key)

    def document(self, kind: str, payload: bytes, name: str | None = None) -> bool:
        """Send a document that the parent draws: `plotly`, `vega-lite`, `svg`, `html`. Says whether it was sent."""
        header = {"kind": kind, "at_s": None, "figure": None} | ({"name": name} if name else {})
        return self._send(header, payload, hashlib.blake2b(kind.encode() + payload, digest_size=16).digest())

    def spare(self, png: bytes, key: bytes) -> None:
        """Keep a picture that counts only when the program makes no better one."""
        if len(self._spare) < self.pictures_left:
            self._spare.append(({"kind": "picture", "at_s": None, "figure": None}, png, key))

    def send_spares(self) -> None:
        """Send the spare pictures if nothing else was sent."""
        if self.shown:
            return
        for header, png, key in self._spare:
            self._send(header, png, key)

    def claim(self, target: object) -> None:
        """Note that the file at `target` was written by a hooked call, so that it is not taken a second time."""
        if isinstance(target, str | os.PathLike):
            with suppress(OSError):
                self.claimed.add(Path(os.fsdecode(target)).absolute())

    def allow(self, width: float, height: float) -> None:
        """Refuse a picture of more pixels than the bound. Raises PixelLimit and records the limit in the facts."""
        if width * height <= self.pixels:
            return
        self.facts["limit"] = "pixels"
        raise PixelLimit(f"a picture of {width:.0f} x {height:.0f} pixels is over the limit of {self.pixels}")

    def warn(self, text: str) -> None:
        """Record a warning once, within bounds."""
        words = plain(text, self.folder)
        if len(self._warnings) < MAX_ITEMS and words not in self._warnings:
            self._warnings.append(words)

    @contextmanager
    def hushed(self) -> Iterator[None]:
        """While open, hooks of inner libraries stay silent (matplotlib writes its PNGs through pillow)."""
        self.quiet += 1
        try:
            yield
        finally:
            self.quiet -= 1

    def finish(self) -> None:
        """Send the facts: always the last frame."""
        if self._warnings:
            self.facts["warnings"] = self._warnings
        if os.getpid() == self._pid:
            payload = json.dumps(_finite(self.facts), sort_keys=True, default=plain, allow_nan=False).encode()
            self._emit({"kind": "facts"}, payload)

    def _send(self, header: dict[str, Any], payload: bytes, key: bytes) -> bool:
        with self._lock:
            if os.getpid() != self._pid or key in self._seen:
                return False
            self._seen.add(key)
            if self.full or len(payload) > self._bytes_left:
                self.facts.setdefault("limit", "output" if not self.full else "pictures")
                return False
            self.pictures_left -= 1
            self._bytes_left -= len(payload)
            self.shown += 1
            self._emit(header, payload)
            return True
