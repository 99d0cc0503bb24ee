"""Edits of source text by position: everything that is not edited stays as it was, comments and layout included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Put `text` in place of the characters from `start` to `end` (exclusive)."""

    start: int
    end: int
    text: str


def spliced(code: str, edits: Iterable[Edit]) -> str:
    """The code with all edits made; of overlapping edits the first is made, and what another one cuts is cut too."""
    parts, at = [], 0
    for edit in sorted(edits):
        if edit.start < at:
            at = at if edit.text else max(at, edit.end)
            continue
        parts += [code[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, code[at:]])


def whole_lines(code: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to whole lines when nothing else stands on them, so that cutting it leaves no empty line."""
    first = code.rfind("\n", 0, start) + 1
    after = code.find("\n", end)
    last = len(code) if after < 0 else after + 1
    alone = not code[first:start].strip() and not code[end:last].strip()
    return (first, last) if alone else (start, end)


def scaled_numbers(text: str, factor: float) -> str:
    """The text with every plain number in it multiplied."""

    def scale(found: re.Match[str]) -> str:
        return f"{float(found.group()) * factor:.4g}"

    return re.sub(r"(?<![\w#.])\d{1,9}(?:\.\d{1,9})?", scale, text)
