"""Long passages of the instruction that an answer merely repeats: they are no sign that anything was done.

What is there to be copied is left out: quoted texts, lines of code, numbers, and short items between commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_RUN, _LEAST, _SHARE = 6, 12, 0.25
_WORD = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"\"[^\"\n]{0,200}\"|“[^”\n]{0,200}”|`[^`\n]{0,200}`|'[^'\n]{3,200}'")
_CODE = re.compile(r"[=\[\]{};]|^\s*#|^\s*import\b", re.MULTILINE)

Span = tuple[int, int]


def echoes(text: str, instruction: str) -> list[Span]:
    """Where a text repeats twelve words or more of an instruction in a row; empty below a quarter of its words."""
    asked = [word.casefold() for part in _prose(instruction) for word in [*_WORD.findall(part), ""]]
    runs = {tuple(asked[at : at + _RUN]) for at in range(len(asked) - _RUN + 1)}
    runs = {run for run in runs if "" not in run}
    words = list(_WORD.finditer(text)) if runs else []
    spoken = [word.group().casefold() for word in words]
    marked = bytearray(len(words))
    for at in range(len(words) - _RUN + 1):
        if tuple(spoken[at : at + _RUN]) in runs:
            marked[at : at + _RUN] = b"\1" * _RUN
    found = [(words[start].start(), words[end - 1].end()) for start, end in _stretches(marked) if end - start >= _LEAST]
    said = sum(end - start for start, end in _stretches(marked) if end - start >= _LEAST)
    return found if said >= _SHARE * sum(map(bool, asked)) else []


def without_echoes(text: str, instruction: str | None) -> str:
    """The text with such passages blanked."""
    for start, end in reversed(echoes(text, instruction) if instruction else []):
        text = f"{text[:start]} {text[end:]}"
    return text


def _prose(instruction: str) -> Iterator[str]:
    for line in _QUOTED.sub("\n", instruction).splitlines():
        if not _CODE.search(line):
            yield from re.split("[,;]", line)


def _stretches(marked: bytearray) -> Iterator[Span]:
    for match in re.finditer(rb"\x01+", bytes(marked)):
        yield match.span()
