"""The words that a reader sees in the pixels of the first still: with the extra `ocr`, when asked for.

The reader is RapidOCR (the PP-OCR models, carried by its package) in ONNX Runtime on one thread: nothing is fetched,
and the same picture gives the same words for a given install. It takes seconds a picture, so it runs only when the
environment asks: `JANUS_REWARD_OCR=given` reads pictures that have no structure of their own, `JANUS_REWARD_OCR=all`
reads every picture and compares what is read with the structure. Without the variable, the signals are none.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.metadata
import importlib.util
import io
import itertools
import math
import os
import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from janus_reward.errors import InputError, MissingExtra
from janus_reward.evidence.layout import Box, Text
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

ASKED = "JANUS_REWARD_OCR"
"""Name of the environment variable that asks for reading: `given`, `all`; unset, empty, `0` or `off` for never."""

SIDE = 1280
"""Longest side in pixels of what is read: a wider picture is made smaller, a taller one is read from its top."""

LINES = 120
"""At most this many lines are read of a picture, which bounds the time."""

_SMALLEST, _SLENDER = 16, 5
_PIXEL_LIMIT = 40_000_000
_TINY_PX = 8.0
_FULL = LINES // 2  # the detector counts candidates before it drops the doubtful ones
_KEPT_MOST, _WORDS = 64, 5_000
_GLUED, _LONG, _SURE = 3, 4, 0.9
_HINT = "pip install 'janus-reward[ocr]'"
_PARAMS = {
    "Global.log_level": "critical",
    "Global.max_side_len": SIDE,
    "Det.max_candidates": LINES,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
_WORD = re.compile(r"\w+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text that was read; `box` (x0, y0, x1, y1) in pixels of the picture, `confidence` 0-1."""

    text: str
    box: Box
    confidence: float

    @property
    def size(self) -> float:
        """About the size of its font in pixels: the reader draws boxes about one and a half times as high."""
        return min(self.box[2] - self.box[0], self.box[3] - self.box[1]) / 1.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a picture, top to bottom as the reader orders it.

    Args:
        lines: at most `LINES`.
        seen: (width, height) in pixels of the picture that was looked at, from its top left corner.
        full: whether there may be more lines than were read.
    """

    lines: tuple[Line, ...]
    seen: tuple[float, float]
    full: bool


_KEPT: dict[bytes, Reading | None] = {}


@functools.cache
def available() -> bool:
    """Whether the reader and its runtime are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def asked() -> str | None:
    """Which pictures the environment asks to read: `given`, `all`, or `None`.

    Raises:
        InputError: the variable holds something else.
        MissingExtra: it asks, and the extra is not installed.
    """
    wish = os.environ.get(ASKED, "").strip().lower()
    if wish in ("", "0", "off"):
        return None
    if wish not in ("given", "all"):
        raise InputError(f"{ASKED} is {wish[:40]!r}", hint="set it to given, all or off")
    if not available():
        raise MissingExtra(f"{ASKED} asks to read pictures, and the reader is not installed", hint=_HINT)
    return wish


def reader_name() -> str:
    """Name and versions of the reader, for the notes of a run."""
    rapidocr, runtime = (importlib.metadata.version(name) for name in ("rapidocr", "onnxruntime"))
    return f"rapidocr {rapidocr}, onnxruntime {runtime}"


def read(png: bytes) -> Reading | None:
    """Read the text of a picture; the last 64 readings of a process are kept by the picture's hash.

    Returns:
        The reading; `None` when the bytes are no PNG, or a picture too small, too slender or too large to read.
    """
    digest = hashlib.sha256(png).digest()
    if digest not in _KEPT:
        _KEPT[digest] = _read(png)
        while len(_KEPT) > _KEPT_MOST:
            _KEPT.pop(next(iter(_KEPT)))
    return _KEPT[digest]


def _read(png: bytes) -> Reading | None:
    looked_at = _pixels(png)
    if looked_at is None:
        return None
    pixels, scale = looked_at
    seen = (pixels.shape[1] / scale, pixels.shape[0] / scale)
    found = _engine()(np.ascontiguousarray(pixels[..., ::-1]))
    if found.boxes is None or not found.txts:
        return Reading((), seen, full=False)
    lines = tuple(
        Line(text.strip(), _upright(corners, scale), min(1.0, max(0.0, float(confidence))))
        for text, corners, confidence in zip(found.txts, found.boxes, found.scores, strict=True)
        if text.strip()
    )
    return Reading(lines[:LINES], seen, full=len(found.txts) >= _FULL)


@functools.cache
def _engine() -> Any:
    return importlib.import_module("rapidocr").RapidOCR(params=dict(_PARAMS))


def _pixels(png: bytes) -> tuple[NDArray[np.uint8], float] | None:
    """(h, w, 3) uint8 of what is read, on white, with its pixels per pixel of the picture."""
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
            if not _readable(*opened.size):
                return None
            whole: Image.Image = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, zlib.error, Image.DecompressionBombError):
        return None
    scale = min(1.0, SIDE / whole.width)
    top = whole.crop((0, 0, whole.width, min(whole.height, math.ceil(SIDE / scale))))
    if scale < 1:
        top = top.resize((SIDE, max(1, round(top.height * scale))), Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", top.size, "white")
    return np.asarray(Image.alpha_composite(ground, top).convert("RGB")), scale


def _readable(width: int, height: int) -> bool:
    """Whether a picture is neither too large nor, as it would be read, too small or too slender."""
    if not 0 < width * height <= _PIXEL_LIMIT:
        return False
    scale = min(1.0, SIDE / width)
    short, long = sorted((width * scale, min(height * scale, SIDE)))
    return short >= _SMALLEST and long <= _SLENDER * short


def _upright(corners: NDArray[np.float32], scale: float) -> Box:
    x0, y0 = (float(value) / scale for value in corners.min(axis=0))
    x1, y1 = (float(value) / scale for value in corners.max(axis=0))
    return (x0, y0, x1, y1)


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The words of texts in their order, at most 5,000, in lower case and compatible forms; numbers stay whole."""
    words = (word for text in texts for word in _WORD.findall(_plain(text)))
    return tuple(itertools.islice(words, _WORDS))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def reading_of(view: View) -> Reading | None:
    """The reading of the first still, when the environment asks for it; `given` leaves out what has a structure."""
    if not view.drawn:
        return None
    wish = asked()
    if wish is None or (wish == "given" and view.picture_words is not None):
        return None
    return read(view.sample.stills[0])


def _said(view: View) -> tuple[str, ...]:
    """The words that the structure shows inside of what was read."""
    reading = view.once(reading_of)
    texts = view.texts if reading else None
    return words_of(text.text for text in texts or () if reading and _seen(text, reading, view.scale))


def _seen(text: Text, reading: Reading, scale: float) -> bool:
    if text.box is None:
        return True
    return text.box[2] * scale <= reading.seen[0] and text.box[3] * scale <= reading.seen[1]


def _among(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words are among others, which a reader may have glued together or cut."""
    known, run = set(others), "".join(others)
    return sum(word in known or (len(word) >= _GLUED and word in run) for word in words)


@signal("ocr.words", unit="words", high=inf)
def words(view: View) -> float | None:
    """Words read in the picture (extra `ocr`, when asked for, as all of this family)."""
    reading = view.once(reading_of)
    return len(words_of(line.text for line in reading.lines)) if reading else None


@signal("ocr.legible_share")
def legible_share(view: View) -> float | None:
    """Share of the words of the structure that can be read in the picture; none where there is more than was read."""
    reading, said = view.once(reading_of), view.once(_said)
    if reading is None or reading.full or not said:
        return None
    return _among(said, words_of(line.text for line in reading.lines)) / len(said)


@signal("ocr.unknown_share")
def unknown_share(view: View) -> float | None:
    """Share of the words read with confidence (four letters or more) that the structure does not have."""
    reading = view.once(reading_of)
    if reading is None or view.picture_words is None:
        return None
    sure = words_of(line.text for line in reading.lines if line.confidence >= _SURE)
    long = [word for word in sure if len(word) >= _LONG and word.isalpha()]
    return 1 - _among(long, words_of([view.picture_words])) / len(long) if long else None


@signal("ocr.confidence_least")
def confidence_least(view: View) -> float | None:
    """Confidence of the line that was hardest to read."""
    reading = view.once(reading_of)
    return min(line.confidence for line in reading.lines) if reading and reading.lines else None


@signal("ocr.tiny_share")
def tiny_share(view: View) -> float | None:
    """Share of the lines read whose letters are set smaller than about 8 pixels."""
    reading = view.once(reading_of)
    if reading is None or not reading.lines:
        return None
    return sum(line.size < _TINY_PX for line in reading.lines) / len(reading.lines)
