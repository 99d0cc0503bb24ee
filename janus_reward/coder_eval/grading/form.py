"""What a grader fills in: parts with a maximum each; the total is computed here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_PANDAS = (("score", 100),)
_CHARTMIMIC = (("type", 20), ("layout", 10), ("text", 20), ("data", 20), ("style", 20), ("clarity", 10))


class Unreadable(ValueError):
    """The reply is not the form that was asked for."""


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of grading.

    Args:
        template: of the question.
        parts: (name, most) of each number.
        reference: whether the reference's picture is shown too.
    """

    template: str
    parts: tuple[tuple[str, int], ...]
    reference: bool = False

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON schema of a reply: a reason, then the numbers."""
        numbers = {name: {"type": "integer", "minimum": 0, "maximum": most} for name, most in self.parts}
        return {
            "type": "object",
            "properties": {"reason": {"type": "string", "maxLength": 400}, **numbers},
            "required": ["reason", *numbers],
            "additionalProperties": False,
        }

    def total(self, text: str) -> float:
        """The share of all points that a reply gives, 0 to 100. Raises Unreadable for anything but the form."""
        try:
            told = json.loads(text)
        except ValueError as error:
            raise Unreadable("it must be one JSON object") from error
        names = {name for name, _ in self.parts}
        if not isinstance(told, dict) or set(told) != {"reason", *names}:
            raise Unreadable(f"it must have exactly the members reason, {', '.join(sorted(names))}")
        return 100 * sum(_points(told, name, most) for name, most in self.parts) / sum(most for _, most in self.parts)


def form_of(metric: str, checklist: Sequence[str]) -> Form | None:
    """The form of a metric, `None` where the item has nothing to ask (a checklist metric without a checklist)."""
    if metric == "task_score":
        return Form("task.j2", _PANDAS)
    if metric == "visual_score":
        return Form("visual.j2", _PANDAS, reference=True)
    if metric == "chart_score":
        return Form("chart.j2", _CHARTMIMIC, reference=True)
    questions = tuple((f"q{number}", 10) for number in range(1, len(checklist) + 1))
    return Form("checklist.j2", questions) if questions else None


def _points(told: Mapping[str, Any], name: str, most: int) -> int:
    value = told[name]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise Unreadable(f"{name} must be a whole number from 0 to {most}")
    return value
