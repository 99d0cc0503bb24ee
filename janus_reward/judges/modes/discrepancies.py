"""Discrepancies: a list of flaws with severities; the score falls with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from janus_reward.criterion import Criterion
from janus_reward.judges.engine.base import Reply
from janus_reward.judges.modes.base import Ask, Judged, Unreadable, view_of
from janus_reward.judges.modes.reading import read_object, words
from janus_reward.judges.modes.settings import ModeSettings
from janus_reward.triple import Score

CATEGORIES = ("content", "data", "text", "layout", "colour", "behaviour", "code")
COST: Mapping[int, float] = {1: 0.5, 2: 1.25, 3: 2.5}
"""Points that a flaw takes from 5, by severity; never below 1."""

_MOST = 12
_MEMBERS = frozenset({"category", "location", "description", "severity"})
_TOLD = 6


@dataclass(frozen=True, slots=True)
class Flaw:
    """One discrepancy."""

    category: str
    location: str
    description: str
    severity: int

    def __str__(self) -> str:
        return f"{self.category} {self.severity} at {self.location}: {self.description}"


class Discrepancies:
    """What keeps the work from the best level."""

    name = "discrepancies"

    def __init__(self, settings: ModeSettings) -> None:
        self._settings = settings

    def asks(self, criteria: Sequence[Criterion], own: Sequence[str]) -> tuple[Ask, ...]:
        """One call a criterion."""
        return tuple(
            Ask((criterion.name,), view_of(criterion), schema=_SCHEMA, max_tokens=700) for criterion in criteria
        )

    def read(self, ask: Ask, reply: Reply) -> tuple[Flaw, ...]:
        """The flaws. Raises Unreadable for a list with anything else in it."""
        found = read_object(reply, ["discrepancies"])["discrepancies"]
        if not isinstance(found, list) or len(found) > _MOST:
            raise Unreadable("unparsable", f"discrepancies must be a list of at most {_MOST}")
        return tuple(_flaw(item) for item in found)

    def judged(self, criteria: Sequence[Criterion], answers: Sequence[tuple[Ask, Any]]) -> Judged:
        """5 less the cost of every flaw."""
        flaws: dict[str, tuple[Flaw, ...]] = {ask.criteria[0]: answer for ask, answer in answers}
        return Judged({criterion.name: _score(flaws[criterion.name]) for criterion in criteria})


def _score(flaws: Sequence[Flaw]) -> Score:
    value = max(1.0, 5.0 - sum(COST[flaw.severity] for flaw in flaws))
    worst = sorted(flaws, key=lambda flaw: -flaw.severity)[:_TOLD]
    return Score(value, rationale="; ".join(map(str, worst)) or "no discrepancy")


def _flaw(item: Any) -> Flaw:
    if not isinstance(item, dict) or set(item) != _MEMBERS:
        raise Unreadable("unparsable", f"each discrepancy has exactly the members {', '.join(sorted(_MEMBERS))}")
    severity = item["severity"]
    if type(severity) is not int or severity not in COST:
        raise Unreadable("unparsable", "severity must be 1, 2 or 3")
    if item["category"] not in CATEGORIES:
        raise Unreadable("unparsable", f"category must be one of {', '.join(CATEGORIES)}")
    return Flaw(item["category"], words(item["location"], 120), words(item["description"], 300), severity)


_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "discrepancies": {
            "type": "array",
            "maxItems": _MOST,
            "items": {
                "type": "object",
                "properties": {
                    "category": {"type": "string", "enum": list(CATEGORIES)},
                    "location": {"type": "string", "maxLength": 80},
                    "description": {"type": "string", "maxLength": 240},
                    "severity": {"type": "integer", "enum": list(COST)},
                },
                "required": ["category", "location", "description", "severity"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["discrepancies"],
    "additionalProperties": False,
}
