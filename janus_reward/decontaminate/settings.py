"""What a decontamination is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from janus_reward.errors import InputError

REVISION = 4
"""Raised whenever matching changes: certificates of two revisions cannot be compared."""

CHANNELS = ("words", "structure", "picture", "paraphrase")
"""`paraphrase` needs the extra `embed` and is slow: it is looked for when asked for."""


@dataclass(frozen=True, slots=True)
class DecontaminateSettings:
    """How contamination is told.

    Args:
        channels: some of `CHANNELS`.
        words, phrases: share of a part's 5-grams (8-grams) of words from which it is a candidate; only those that few
            rows have count.
        phrase_rows: rows that may have a gram before it is an idiom of the corpus (one in 2,000, if more).
        phrase_hits: 8-grams that must be shared at least.
        structure: share of a code's 9-grams of tokens, names and literals normalised, from which it is a candidate.
        confirmed: share of a part's words that the matching place must cover, idioms left out, for a removal.
        renaming: share of a code's names that must map to one name each.
        idiom_items: items that may share a gram before it is an idiom of benchmarks (a thousandth of all, if more).
        picture: similarity of the ink of two pictures from which they are the same.
        paraphrase: cosine of two sentence embeddings from which a question is a candidate for a paraphrase.

    Raises:
        InputError: a value is out of its range.
    """

    channels: tuple[str, ...] = ("words", "structure", "picture")
    words: float = 0.15
    phrases: float = 0.1
    phrase_rows: int = 15
    phrase_hits: int = 3
    structure: float = 0.65
    confirmed: float = 0.3
    renaming: float = 0.9
    idiom_items: int = 10
    picture: float = 0.86
    paraphrase: float = 0.8

    def __post_init__(self) -> None:
        if not self.channels or not set(self.channels) <= set(CHANNELS):
            raise InputError(f"channels {','.join(self.channels)!r}: expected some of {', '.join(CHANNELS)}")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type == "float" and not 0 < value <= 1:
                raise InputError(f"{field.name} {value} is not in (0, 1]")
            if field.type == "int" and value < 1:
                raise InputError(f"{field.name} {value} is below 1")

    def idioms(self, items: int) -> int:
        """How many of so many items may share a gram before it is an idiom."""
        return max(self.idiom_items, items // 1000)

    def as_dict(self) -> dict[str, Any]:
        """For the manifest and the certificate."""
        return {**asdict(self), "channels": list(self.channels), "revision": REVISION}
