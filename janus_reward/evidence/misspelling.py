"""Words in the picture that look misspelt, told without a dictionary: the right word stands elsewhere."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable
from math import inf

from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View
from janus_reward.evidence.words import stem

_WORD = re.compile(r"[^\W\d_]{5,24}")
_MOST = 1_000


@signal("text.near_misses", unit="words", high=inf)
def near_misses(view: View) -> float | None:
    """Words of the picture that the instruction lacks and that are one slip away from a word it or the code has.

    A slip is two neighbouring letters changed over, or one letter lost, added or replaced, inside a word of five
    letters or more.
    """
    if view.picture_words is None or view.instruction is None:
        return None
    return float(len(view.once(slips)))


def slips(view: View) -> tuple[tuple[str, str], ...]:
    """The misspelt words and what they were probably meant to be, in order of the alphabet."""
    asked = _words((view.triple.instruction or "")[:20_000])
    shown = _words(view.picture_words or "") - asked
    known = asked | (_words(" ".join(view.code_words)) - shown)
    looked_at = sorted(shown)[:_MOST]
    near = _by_letter_lost(known, {shorter for word in looked_at for shorter in (word, *_shorter(word))})
    found = {word: _meant(word, near) for word in looked_at}
    return tuple((word, meant) for word, meant in found.items() if meant)


def _words(text: str) -> set[str]:
    return {word.lower() for word, _ in zip(_WORD.findall(text), range(_MOST), strict=False)}


def _by_letter_lost(words: Iterable[str], wanted: set[str]) -> dict[str, list[str]]:
    """The words that can be shortened to each of the wanted ones, in order of the alphabet."""
    near: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        for shorter in wanted.intersection((word, *_shorter(word))):
            near[shorter].append(word)
    return near


@functools.lru_cache(maxsize=20_000)
def _shorter(word: str) -> frozenset[str]:
    return frozenset(word[:at] + word[at + 1 :] for at in range(1, len(word) - 1))


def _meant(word: str, near: dict[str, list[str]]) -> str | None:
    candidates = {other for shorter in {word, *_shorter(word)} for other in near.get(shorter, ())[:20]}
    return next((other for other in sorted(candidates) if _is_slip(word, other)), None)


def _is_slip(word: str, other: str) -> bool:
    if word[0] != other[0] or word[-1] != other[-1] or stem(word) == stem(other) or _plain(word) == _plain(other):
        return False
    if len(word) != len(other):
        return True
    apart = [at for at in range(len(word)) if word[at] != other[at]]
    changed_over = len(apart) == 2 and apart[1] == apart[0] + 1 and word[apart[0]] == other[apart[1]]
    return len(apart) == 1 or (changed_over and word[apart[1]] == other[apart[0]])


def _plain(word: str) -> str:
    """One spelling for the British and the American one (`colour`, `analyse`, `organise`, `labelling`)."""
    return word.replace("our", "or").replace("ys", "yz").replace("is", "iz").replace("ll", "l")
