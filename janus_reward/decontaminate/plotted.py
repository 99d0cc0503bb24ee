"""The numbers that codes plot: two pictures of one look whose codes hold other numbers show other data."""

from __future__ import annotations

import re

_LEAST, _SHARED = 5, 0.6
"""So many telling numbers must both codes have; from this share of the smaller set on the data is the same."""
_NUMBER = re.compile(r"(?<![\w.#])\d+(?:\.\d+)?(?![\w.])")
_STYLE = re.compile(r"^\s*#.*$|\b(?:\w*size|dpi|\w*width|alpha|rotation|seed|pad)\s*=[^=\n]*?(?=[,)\n])", re.MULTILINE)


def other_data(one: str | None, other: str | None) -> bool:
    """Whether both codes hold numbers of their own, and they are not the same; `False` where one tells too little."""
    mine, wanted = plotted_numbers(one or ""), plotted_numbers(other or "")
    fewer = min(len(mine), len(wanted))
    return fewer >= _LEAST and len(mine & wanted) < _SHARED * fewer


def plotted_numbers(code: str) -> frozenset[float]:
    """The different numbers of two and more digits in a code, comments and settings of style left out."""
    found = _NUMBER.findall(_STYLE.sub("", code))
    return frozenset(float(text) for text in found if len(text) > 1)
