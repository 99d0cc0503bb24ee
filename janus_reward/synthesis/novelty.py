"""Near-duplicate instructions, told as they are made: word pairs, exact Jaccard similarity, an inverted index."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

_WORD = re.compile(r"\w+")
_COMMON = 2_000


class Novelty:
    """Remembers instructions and says which earlier one a new one repeats.

    Args:
        threshold: Jaccard similarity of the sets of word pairs from which it does.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._sets: list[tuple[str, frozenset[int]]] = []
        self._holders: dict[tuple[str, int], list[int]] = defaultdict(list)

    def add(self, instruction: str, name: str, scope: str = "") -> None:
        """Remember an instruction under a name; only those of the same scope are compared."""
        pairs = _pairs(instruction)
        self._sets.append((name, pairs))
        for pair in pairs:
            holders = self._holders[scope, pair]
            if len(holders) < _COMMON:
                holders.append(len(self._sets) - 1)

    def repeats(self, instruction: str, scope: str = "") -> tuple[str, float] | None:
        """The name of the most similar earlier instruction and the similarity, when it reaches the threshold."""
        pairs = _pairs(instruction)
        shared = Counter(at for pair in pairs for at in self._holders.get((scope, pair), ()))
        best: tuple[str, float] | None = None
        for at, common in shared.most_common(50):
            name, other = self._sets[at]
            similarity = common / (len(pairs) + len(other) - common)
            if similarity >= self._threshold and (best is None or similarity > best[1]):
                best = name, similarity
        return best


def _pairs(text: str) -> frozenset[int]:
    """Hashes of neighbouring words (a text of one word is a pair with nothing)."""
    words = _WORD.findall(text.casefold()) or [""]
    return frozenset(hash(pair) for pair in zip(words, [*words[1:], ""], strict=True))
