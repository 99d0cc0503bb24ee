"""Questions told in other words: sentence embeddings propose, the question's own content words must confirm.

With the extra `embed`. A row's prose is its instruction, and the first docstring of its code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janus_reward.decontaminate.items import Item
from janus_reward.errors import MissingExtra
from janus_reward.evidence import embedding

CONTENT = 0.35
"""Share of the question's content words (by their first letters) that a paraphrase must keep."""
_DOCSTRING = re.compile(r'"""(.{1,4000}?)"""|\'\'\'(.{1,4000}?)\'\'\'', re.DOTALL)
_EXAMPLE = re.compile(r"^\s*>>>.*(?:\n(?!\s*>>>)\s*\S+.*)?", re.MULTILINE)
_WORD = re.compile(r"[^\W_]{2,}")
_STEM = 5
_LEAST_WORDS = 6
_PROSE_CHARS = 1_500
_COMMON_WORDS = (
    "the and for with that this are from given write function return returns which where when will each all any not "
    "into program python code create make using use number list string plot chart draw show data example output input "
    "print value values should must its than then them one two def import please"
)
_EMPTY = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A question found in other words: position in the batch, item, cosine, share of content words, both texts."""

    row: int
    item: int
    cosine: float
    kept: float
    row_text: str
    item_text: str


class Questions:
    """The questions of all items, embedded once.

    Args:
        items: of the benchmarks.
        least: cosine from which a row is a candidate.

    Raises:
        MissingExtra: the extra `embed` is not installed.
    """

    def __init__(self, items: Sequence[Item], least: float) -> None:
        if not embedding.available():
            raise MissingExtra("the channel paraphrase needs embeddings", hint="pip install 'janus-reward[embed]'")
        self._least = least
        told = [(i, text) for i, item in enumerate(items) for text in prose(item.question, None)]
        self._of = [i for i, _ in told]
        self._texts = [text for _, text in told]
        self._words = [content_words(text) for text in self._texts]
        vectors = [_vector(text) for text in self._texts]
        self._vectors = np.stack(vectors) if vectors else np.empty((0, 384), np.float32)

    def matches(self, instructions: Sequence[str | None], codes: Sequence[str | None]) -> Iterator[Paraphrase]:
        """The confirmed paraphrases in a batch, the likest question of each text first."""
        for row, (instruction, code) in enumerate(zip(instructions, codes, strict=True)):
            for text in prose(instruction, code):
                found = self._best(text)
                if found is not None:
                    which, cosine, kept = found
                    yield Paraphrase(row, self._of[which], cosine, kept, text[:400], self._texts[which][:400])

    def _best(self, text: str) -> tuple[int, float, float] | None:
        if not len(self._vectors):
            return None
        cosines = self._vectors @ _vector(text)
        own = content_words(text)
        for which in np.argsort(-cosines, kind="stable")[:5]:
            if cosines[which] < self._least:
                return None
            wanted = self._words[which]
            kept = len(wanted & own) / len(wanted) if wanted else 0.0
            if kept >= CONTENT:
                return int(which), float(min(1.0, cosines[which])), kept
        return None


def prose(instruction: str | None, code: str | None) -> list[str]:
    """The natural language of a row: the instruction (or its docstring, when it is code), and the code's docstring."""
    texts = []
    for text, whole in ((instruction, True), (code, False)):
        if not text:
            continue
        inside = _DOCSTRING.search(text[:20_000])
        if inside:
            texts.append(inside.group(1) or inside.group(2))
        elif whole:
            texts.append(text[:_PROSE_CHARS])
    cleaned = (" ".join(_EXAMPLE.sub(" ", text).split()) for text in texts)
    return [text[:_PROSE_CHARS] for text in cleaned if len(_WORD.findall(text)) >= _LEAST_WORDS]


def content_words(text: str) -> frozenset[str]:
    """Words that carry the meaning, cut to their first letters; numbers whole."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(word[:_STEM] for word in words if word not in _EMPTY and (len(word) > 2 or word.isdigit()))


def _vector(text: str) -> NDArray[np.float32]:
    return embedding.encoder().encode(text)
