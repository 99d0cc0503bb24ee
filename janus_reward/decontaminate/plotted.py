"""What codes plot: two pictures of one look whose codes hold other numbers, or other words to show, are two charts."""

from __future__ import annotations

import re
from collections.abc import Set

_NUMBERS, _SAME_NUMBERS = 5, 0.6
"""So many telling numbers must both codes have; from this share of the smaller set on the data is the same."""
_WORDS, _SAME_WORDS = 4, 0.5
"""Likewise words, asked where numbers are too few: data drawn by chance, or read from a file."""
_NUMBER = re.compile(r"(?<![\w.#])\d+(?:\.\d+)?(?![\w.])")
_STYLE = re.compile(r"^\s*#.*$|\b(?:\w*size|dpi|\w*width|alpha|rotation|seed|pad)\s*=[^=\n]*?(?=[,)\n])", re.MULTILINE)
_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_SHOWN = re.compile(r"^[A-Z]|\S ")
_WORD = re.compile(r"[^\W\d_]{3,}")


def other_data(one: str | None, other: str | None) -> bool:
    """Whether both codes hold numbers (or words to show) of their own, and they are not the same.

    `False` where one tells too little.
    """
    mine, wanted = plotted_numbers(one or ""), plotted_numbers(other or "")
    if min(len(mine), len(wanted)) >= _NUMBERS:
        return _shared(mine, wanted) < _SAME_NUMBERS
    said, asked = shown_words(one or ""), shown_words(other or "")
    return min(len(said), len(asked)) >= _WORDS and _shared(said, asked) < _SAME_WORDS


def plotted_numbers(code: str) -> frozenset[float]:
    """The different numbers of two and more digits in a code, comments and settings of style left out."""
    found = _NUMBER.findall(_STYLE.sub("", code))
    return frozenset(float(text) for text in found if len(text) > 1)


def shown_words(code: str) -> frozenset[str]:
    """The different words of titles and labels: strings that begin with a capital or have several words."""
    strings = (double or single for double, single in _STRING.findall(_STYLE.sub("", code)))
    return frozenset(word.lower() for text in strings if _SHOWN.search(text) for word in _WORD.findall(text))


def _shared(one: Set[object], other: Set[object]) -> float:
    """The share of the smaller set that both have."""
    return len(one & other) / min(len(one), len(other))
