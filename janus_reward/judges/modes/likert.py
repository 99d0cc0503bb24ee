"""Likert: the mean over the probabilities of the five digits, with the mass that lies on them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from janus_reward.criterion import LEVELS, Criterion
from janus_reward.judges.engine.base import Reply, Token
from janus_reward.judges.modes.base import Ask, Judged, Unreadable, view_of
from janus_reward.judges.modes.reading import spoken, unread
from janus_reward.judges.modes.settings import ModeSettings
from janus_reward.triple import Score

_TOP = 20
_BEFORE = " \t\n\"'*_`▁Ġ"
_AFTER = _BEFORE + "."
_LAST_LINE = re.compile(r"(?:\A|\n)[ \t*]{0,6}level[ \t*]{0,3}:[ \t*]{0,3}([1-5])[ \t*.]{0,4}\Z", re.IGNORECASE)
_DIGITS = {str(level): level for level in LEVELS}
_TAILS = (0.05, 0.95)
_DIGIT_ALONE: Mapping[str, Any] = {"type": "integer", "enum": list(LEVELS)}
"""Makes a weak model write a digit at all. Engines that tell probabilities from before the mask still show how little
of it lay on the scale; where they tell them from after it the mass is always 1."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One reply: probabilities of the levels as the model gave them (they sum to `mass`), or the digit it wrote."""

    probabilities: Mapping[int, float]
    mass: float
    stated: int | None = None
    reason: str = ""


class Likert:
    """One digit a criterion, read from its distribution."""

    name = "likert"

    def __init__(self, settings: ModeSettings) -> None:
        self._settings = settings

    def asks(self, criteria: Sequence[Criterion], own: Sequence[str]) -> tuple[Ask, ...]:
        """One call a criterion."""
        room = 200 if self._settings.reasoning else 6
        logprobs = 0 if self._settings.stated_digit else _TOP
        schema = None if self._settings.reasoning else _DIGIT_ALONE
        return tuple(
            Ask((criterion.name,), view_of(criterion), schema=schema, logprobs=logprobs, max_tokens=room)
            for criterion in criteria
        )

    def read(self, ask: Ask, reply: Reply) -> Rating:
        """The distribution at the digit. Raises Unreadable when no digit stands where it was asked for."""
        text = spoken(reply)
        digit, reason = self._digit(text, reply)
        if self._settings.stated_digit:
            return Rating({digit: 1.0}, 1.0, digit, reason)
        at = _place(reply.tokens, last=self._settings.reasoning)
        if at is None:
            raise Unreadable("unparsable", "no log probabilities came with the digit")
        return _rating(reply.tokens[at], reason)

    def judged(self, criteria: Sequence[Criterion], answers: Sequence[tuple[Ask, Any]]) -> Judged:
        """Means, with the 90 % interval of the distribution."""
        ratings: dict[str, Rating] = {ask.criteria[0]: rating for ask, rating in answers}
        return Judged({criterion.name: self._score(ratings[criterion.name]) for criterion in criteria})

    def _digit(self, text: str, reply: Reply) -> tuple[int, str]:
        """The digit as written, and what stood before it."""
        if self._settings.reasoning:
            found = _LAST_LINE.search(text)
            if found is None:
                raise unread(reply, text, "the last line must be the word Level, a colon and a digit from 1 to 5")
            return int(found.group(1)), " ".join(text[: found.start()].split())
        bare = _bare(text)
        if bare not in _DIGITS:
            raise unread(reply, text, "it must be one digit from 1 to 5 and nothing else")
        return _DIGITS[bare], ""

    def _score(self, rating: Rating) -> Score:
        if rating.mass < self._settings.least_mass:
            return Score.unscored("unparsable", f"only {rating.mass:.2f} of the probability lies on the scale")
        shares = {level: p / rating.mass for level, p in rating.probabilities.items()}
        mean = math.fsum(level * p for level, p in shares.items())
        if rating.stated is not None:
            words = f"the digit as written: {rating.stated}"
            return Score(float(rating.stated), rationale=_joined(rating.reason, words))
        told = " ".join(f"{level}:{shares.get(level, 0.0):.2f}" for level in LEVELS)
        return Score(
            round(min(max(mean, 1.0), 5.0), 4),
            confidence=round(min(rating.mass, 1.0), 4),
            interval=_interval(shares),
            rationale=_joined(rating.reason, f"distribution {told}; mass {rating.mass:.2f}"),
        )


def _bare(text: str) -> str:
    return text.lstrip(_BEFORE).rstrip(_AFTER)


def _place(tokens: Sequence[Token], *, last: bool) -> int | None:
    """The token that is the digit: the first that is more than marks, or the last that is a digit alone."""
    order = range(len(tokens) - 1, -1, -1) if last else range(len(tokens))
    for at in order:
        bare = _bare(tokens[at].text)
        if bare in _DIGITS:
            return at
        if bare and not last:
            return None
    return None


def _rating(token: Token, reason: str) -> Rating:
    """Probabilities of the digits among a token's alternatives; `5` and ` 5` are the same digit."""
    found: dict[int, float] = {}
    for text, logprob in token.options:
        level = _DIGITS.get(_bare(text))
        if level is not None:
            found[level] = found.get(level, 0.0) + math.exp(min(logprob, 0.0))
    mass = math.fsum(found.values())
    if not mass > 0:
        raise Unreadable("unparsable", "no probability lies on the scale")
    return Rating(found, mass, None, reason)


def _interval(shares: Mapping[int, float]) -> tuple[float, float]:
    """The levels at which the cumulated distribution passes 5 % and 95 %."""
    ends = []
    for tail in _TAILS:
        total, end = 0.0, float(LEVELS[-1])
        for level in LEVELS:
            total += shares.get(level, 0.0)
            if total >= tail - 1e-12:
                end = float(level)
                break
        ends.append(end)
    return ends[0], ends[1]


def _joined(reason: str, words: str) -> str:
    return f"{reason} ({words})" if reason else words
