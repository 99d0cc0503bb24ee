"""How languages are read for comparison: which marks begin a comment, whether case counts, which words are keywords."""

from __future__ import annotations

import keyword
from functools import cache

import numpy as np
from numpy.typing import NDArray

from janus_reward.dedup.hashing import token_hash64

TEXT, HASH, SLASH, MARKUP, DASH, PERCENT, PLAIN, BLOCK = range(8)
"""Families: prose; `#` comments; `//` and `/* */`; `<!-- -->`; `--`; `%`; no comments; only `/* */`."""

_NAMES = {
    HASH: "python manim r julia ruby shell bash sh yaml toml perl elixir gnuplot dockerfile makefile",
    SLASH: "javascript typescript jsx tsx java c cpp c++ csharp go rust swift kotlin scala php dart d3 three.js glsl"
    " processing p5 dot scad solidity",
    MARKUP: "html xml svg vue svelte xhtml mathml markdown",
    DASH: "sql lua haskell ada vhdl elm",
    PERCENT: "latex tex tikz matlab octave mermaid erlang prolog postscript asymptote",
    PLAIN: "json vega vega-lite csv wolfram mathematica text",
    BLOCK: "css scss less",
}

_FAMILY = {name: family for family, names in _NAMES.items() for name in names.split()}

_KEYWORDS = (
    "abstract async await boolean break case catch char class const constructor continue debugger default "
    "delete do double elif else enum export extends false final finally float for foreach from function "
    "goto if implements import in instanceof int interface let long match namespace new null of package "
    "private protected public return self short static struct super switch this throw throws true try "
    "typedef typeof undefined union unsigned using var virtual void volatile while with yield select "
    "where group order by insert update create table fn mut impl trait pub use mod local then end nil "
    "library require def lambda print len range document window console numpy np pandas pd matplotlib "
    "pyplot plt seaborn sns plotly go px d3 math svg g path rect circle line text"
)

_HASH_KEYWORDS = (
    "self print len range function library require then fi done echo numpy np pandas pd matplotlib pyplot plt seaborn "
    "sns plotly"
)
"""Beside Python's own: `text`, `line` or `order`, words of other languages, are common names there."""
HASH_SALT = 0x5BD1E9955BD1E995
"""Sets apart the keywords of the family HASH in the table of all."""

_SLOTS, PLACES = 2048, 3
"""Slots of the table of keywords, and how many in a row a hash may stand in."""


def family_of(language: str | None) -> int:
    """The family of a language name; `PLAIN` for one that is not known or `None`: nothing is taken for a comment."""
    return PLAIN if language is None else _FAMILY.get(language.lower(), PLAIN)


def keywords_of(family: int) -> list[str]:
    """The words that are kept in a family when identifiers are normalised."""
    words = {*_HASH_KEYWORDS.split()} if family == HASH else {*_KEYWORDS.split(), *keyword.softkwlist}
    return sorted(words | {*keyword.kwlist})


@cache
def keyword_hashes() -> NDArray[np.uint64]:
    """Token hashes of the words that are kept when identifiers are normalised: an open-addressing table.

    Those of the family HASH stand there under `HASH_SALT`, those of all other families as they are.
    (2048 + 2,) uint64, 0 where a slot is free; a hash stands at its lowest bits or in one of the next two slots.
    """
    table = np.zeros(_SLOTS + PLACES - 1, np.uint64)
    words = [(word, 0) for word in keywords_of(PLAIN)] + [(word, HASH_SALT) for word in keywords_of(HASH)]
    for word, salt in words:
        value = token_hash64(word.encode()) ^ salt
        slot = value % _SLOTS
        free = next(slot + k for k in range(PLACES) if table[slot + k] == 0)
        table[free] = value
    return table
