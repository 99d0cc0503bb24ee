"""Reference: all criteria as whole numbers in one call, as the reference pipeline asks; a baseline to compare with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from janus_reward.criterion import LEVELS, Criterion
from janus_reward.judges.engine.base import Reply
from janus_reward.judges.modes.base import Ask, Judged, Unreadable
from janus_reward.judges.modes.reading import read_object, words
from janus_reward.judges.modes.settings import ModeSettings
from janus_reward.triple import Score


class Reference:
    """One call that sees instruction, code and picture at once; the total is still computed here."""

    name = "reference"

    def __init__(self, settings: ModeSettings) -> None:
        self._settings = settings

    def asks(self, criteria: Sequence[Criterion], own: Sequence[str]) -> tuple[Ask, ...]:
        """The one call."""
        names = tuple(criterion.name for criterion in criteria)
        return (Ask(names, "both", names, schema=_schema(names), max_tokens=700),) if names else ()

    def read(self, ask: Ask, reply: Reply) -> Mapping[str, Any]:
        """The whole numbers. Raises Unreadable when one is missing, no whole number, or off the scale."""
        found = read_object(reply, ["reason", *ask.ids])
        for name in ask.ids:
            if type(found[name]) is not int or found[name] not in LEVELS:
                raise Unreadable("unparsable", f"{name} must be a whole number from 1 to 5")
        return {**found, "reason": words(found["reason"])}

    def judged(self, criteria: Sequence[Criterion], answers: Sequence[tuple[Ask, Any]]) -> Judged:
        """The numbers as they are."""
        found = answers[0][1] if answers else {}
        return Judged({c.name: Score(float(found[c.name]), rationale=found["reason"] or None) for c in criteria})


def _schema(names: Sequence[str]) -> dict[str, Any]:
    ratings = {name: {"type": "integer", "enum": list(LEVELS)} for name in names}
    return {
        "type": "object",
        "properties": {"reason": {"type": "string", "maxLength": 1200}} | ratings,
        "required": ["reason", *names],
        "additionalProperties": False,
    }
