"""How far code speaks the instruction's words: names alike in part ("sorted", "sort"), quoted things word by word.

Signals of the family `alignment`, softer than whole stems and whole quotes. Comments never count, nor do the answer's
own variables.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

_ASKED, _SAID, _HEAD = 400, 5_000, 3
_WORD = re.compile(r"[^\W\d_]{2,40}|\d{1,20}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        the a an of in to by with and from for all on is it as that using python how do into be if each at or list
        """,
    )
)

Heads = Mapping[str, Iterable[str]]
"""Words by their first three letters."""


@signal("alignment.subwords_found")
def subwords_found(view: View) -> float | None:
    """Mean likeness of the instruction's words to the nearest word of the code: shared beginning over longer length."""
    if view.instruction is None or view.code is None:
        return None
    asked = [word for word in _parts(view.instruction.text, _ASKED) if word not in _FUNCTION_WORDS]
    heads: dict[str, set[str]] = defaultdict(set)
    for word in _parts(view.said, _SAID):
        heads[word[:_HEAD]].add(word)
    return sum(_nearest(word, heads) for word in asked) / len(asked) if asked else None


@signal("alignment.quoted_words_found")
def quoted_words_found(view: View) -> float | None:
    """Share of the words in the instruction's quotes and code marks that are words of the code."""
    if view.instruction is None or view.code is None:
        return None
    asked = [word for quote in view.instruction.quoted for word in re.findall(r"\w+", quote)][:_ASKED]
    there = set(re.findall(r"\w+", view.answer.stripped))
    return sum(word in there for word in asked) / len(asked) if asked else None


def _parts(text: str, most: int) -> list[str]:
    """The different lower-case words and numbers of a text, compound names in parts, at most so many."""
    return list(dict.fromkeys(word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text))))[:most]


def _nearest(word: str, heads: Heads) -> float:
    return max((_likeness(word, other) for other in heads.get(word[:_HEAD], ())), default=0.0)


def _likeness(one: str, other: str) -> float:
    shared = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        shared += 1
    return shared / max(len(one), len(other)) if shared >= min(_HEAD, len(one), len(other)) else 0.0
