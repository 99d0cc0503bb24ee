"""Pairwise: which of two works to the same instruction is better, asked in both orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from janus_reward.criterion import Criterion
from janus_reward.judges.engine.base import Reply
from janus_reward.judges.modes.base import Ask, Judged, Unreadable, view_of
from janus_reward.judges.modes.reading import read_object, words
from janus_reward.judges.modes.settings import ModeSettings

Place = Literal["first", "second", "same"]
PLACES: tuple[Place, ...] = ("first", "second", "same")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One reply: which place holds the better work, and why."""

    better: Place
    reason: str


class Pairwise:
    """One call a criterion and order. It ranks two works and scores neither."""

    name = "pairwise"

    def __init__(self, settings: ModeSettings) -> None:
        self._settings = settings

    def asks(self, criteria: Sequence[Criterion], own: Sequence[str]) -> tuple[Ask, ...]:
        """One call a criterion."""
        return tuple(Ask((c.name,), view_of(c), schema=_SCHEMA, max_tokens=160) for c in criteria)

    def read(self, ask: Ask, reply: Reply) -> Comparison:
        """The better place. Raises Unreadable for anything else."""
        found = read_object(reply, ["reason", "better"])
        if found["better"] not in PLACES:
            raise Unreadable("unparsable", "better must be first, second or same")
        return Comparison(found["better"], words(found["reason"]))

    def judged(self, criteria: Sequence[Criterion], answers: Sequence[tuple[Ask, Any]]) -> Judged:
        """Nothing: a comparison is no score."""
        return Judged({})


_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "maxLength": 300},
        "better": {"type": "string", "enum": list(PLACES)},
    },
    "required": ["reason", "better"],
    "additionalProperties": False,
}
