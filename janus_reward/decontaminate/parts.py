"""Benchmark items cut into the parts that are looked for: question, answer and code, as words and as structure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janus_reward.decontaminate.grams import GramTable, gram_table
from janus_reward.decontaminate.items import Item
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.dedup.families import TEXT, family_of
from janus_reward.dedup.shingle import Shingler, utf8_column
from janus_reward.dedup.structure import STRUCTURE

SHORT = 13
"""A part of fewer words than this is looked for as a whole."""

_WORDS, _PHRASES, _STRUCTURE, _TRIPLES = 5, 8, 9, 3
_LEAST_STRUCTURE, _LEAST_GRAMS = 16, 6
_BRIEF, _NEARLY_ALL = 60, 0.85
"""A code of fewer tokens than this coincides with others easily: so much of its structure must be there."""
_QUOTED = re.compile(r"^\s*[rRuU]?[\"']", re.MULTILINE)
"""A line that begins with a string: without one there is no docstring."""
_NEVER = np.iinfo(np.int64).max

WORD = Shingler(size=1, prose=True)
TOKEN = Shingler(size=1, normalise=STRUCTURE)


@dataclass(frozen=True, slots=True)
class Part:
    """A text of an item: `role` is `question`, `answer` or `code`; `length` counts its words or tokens."""

    item: int
    role: str
    text: str
    family: int
    length: int


@dataclass(frozen=True, slots=True)
class WordParts:
    """Parts looked for by their words.

    Args:
        parts: m parts.
        words, phrases: tables of their 5-grams and 8-grams.
        least_words, least_phrases: (m,) grams that make a candidate.
        idioms: sorted hashes of 3-grams of words that many items share.
        short: parts that were left out because they have fewer than five words.
    """

    parts: tuple[Part, ...]
    words: GramTable
    phrases: GramTable
    least_words: NDArray[np.int64]
    least_phrases: NDArray[np.int64]
    idioms: NDArray[np.uint64]
    short: int


@dataclass(frozen=True, slots=True)
class CodeParts:
    """Parts looked for by their structure: `table` holds their 9-grams of normalised tokens."""

    parts: tuple[Part, ...]
    table: GramTable
    least: NDArray[np.int64]


def word_parts(items: Sequence[Item], settings: DecontaminateSettings) -> WordParts:
    """Questions and answers of all items."""
    texts = _different((i, role, text) for i, item in enumerate(items) for role, text in _texts(item) if text)
    found = [(Part(i, role, text, TEXT, 0), tokens_of(WORD, text, TEXT)[0]) for i, role, text in texts]
    kept = [(Part(p.item, p.role, p.text, TEXT, len(words)), words) for p, words in found if len(words) >= _WORDS]
    parts, owners = tuple(part for part, _ in kept), np.array([part.item for part, _ in kept], np.int64)
    common = settings.idioms(len(items))
    words, phrases = (
        gram_table(size, _grams(Shingler(size, prose=True), parts), owners, common, leads=size == _WORDS)
        for size in (_WORDS, _PHRASES)
    )
    lengths = np.array([part.length for part in parts], np.int64)
    whole = np.where(lengths < SHORT, words.sizes, np.ceil(settings.words * words.sizes)).astype(np.int64)
    least = np.maximum(settings.phrase_hits, np.ceil(settings.phrases * phrases.sizes)).astype(np.int64)
    return WordParts(
        parts, words, phrases,
        np.where(words.sizes > 0, np.maximum(whole, 1), _NEVER),
        np.where(lengths >= SHORT, least, _NEVER),
        _common_triples([words for _, words in kept], owners, common),
        len(found) - len(kept),
    )  # fmt: skip


def code_parts(items: Sequence[Item], settings: DecontaminateSettings) -> CodeParts:
    """The code of all items that have enough of it."""
    parts = []
    for i, role, text in _different((i, "code", _bare(item)) for i, item in enumerate(items) if item.code):
        family = family_of(items[i].language)
        length = len(tokens_of(TOKEN, text, family)[0])
        if length >= _LEAST_STRUCTURE:
            parts.append(Part(i, role, text, family, length))
    grams = _grams(Shingler(_STRUCTURE, STRUCTURE), parts)
    owners = np.array([part.item for part in parts], np.int64)
    table = gram_table(_STRUCTURE, grams, owners, settings.idioms(len(items)))
    brief = np.array([part.length < _BRIEF for part in parts], bool)
    share = np.where(brief, max(settings.structure, _NEARLY_ALL), settings.structure)
    least = np.ceil(share * table.sizes).astype(np.int64)
    return CodeParts(tuple(parts), table, np.where(table.sizes >= _LEAST_GRAMS, least, _NEVER))


def tokens_of(
    shingler: Shingler, text: str, family: int
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """Hash, first byte and end of every token of a text."""
    return shingler.positions(text.encode("utf-8", "replace"), family)


def triples_of(words: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """(n - 2,) hashes of the runs of three words."""
    if len(words) < _TRIPLES:
        return np.empty(0, np.uint64)
    wide = words.astype(np.uint64)
    step = np.uint64(0x9E3779B97F4A7C15)
    found: NDArray[np.uint64] = (wide[:-2] * step + wide[1:-1]) * step + wide[2:]
    return found


def _texts(item: Item) -> tuple[tuple[str, str], tuple[str, str]]:
    return (("question", item.question), ("answer", item.answer))


def _different(texts: Iterable[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Each text of a role once: items of one benchmark may share a question, and benchmarks their items."""
    first: dict[tuple[str, str], int] = {}
    for item, role, text in texts:
        first.setdefault((role, text), item)
    return [(item, role, text) for (role, text), item in first.items()]


def _bare(item: Item) -> str:
    """The code of an item without its docstrings, which leave when names are changed."""
    if item.language != "python" or not _QUOTED.search(item.code):
        return item.code
    try:
        tree = ast.parse(item.code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return item.code
    spans = [
        (node.body[0].lineno - 1, node.body[0].end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
        and len(node.body) > 1
        and ast.get_docstring(node)
    ]
    gone = {number for start, end in spans for number in range(start, end)}
    return "\n".join(line for number, line in enumerate(item.code.splitlines()) if number not in gone)


def _grams(shingler: Shingler, parts: Sequence[Part]) -> list[NDArray[np.uint32]]:
    """The different grams of each part; none of one that is too short."""
    families = np.array([part.family for part in parts], np.uint8)
    found = shingler.column_sets(utf8_column([part.text for part in parts]), families)
    return [found.of(i) if part.length >= shingler.size else found.of(i)[:0] for i, part in enumerate(parts)]


def _common_triples(
    texts: Sequence[NDArray[np.uint32]], owners: NDArray[np.int64], idiom_items: int
) -> NDArray[np.uint64]:
    found = [triples_of(words) for words in texts]
    values = np.concatenate([np.empty(0, np.uint64), *found])
    items = np.repeat(owners, [len(one) for one in found])
    order = np.lexsort((items, values))
    values, items = values[order], items[order]
    fresh = np.ones(len(values), bool)
    fresh[1:] = (values[1:] != values[:-1]) | (items[1:] != items[:-1])
    grams, counts = np.unique(values[fresh], return_counts=True)
    common: NDArray[np.uint64] = grams[counts > idiom_items]
    return common
