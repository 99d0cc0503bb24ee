"""Checklist: yes, no or unsure for each check; the score follows from the answers by a fixed rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from janus_reward.criterion import LEVELS, Criterion
from janus_reward.judges.engine.base import Reply
from janus_reward.judges.modes.base import Ask, Judged, Unreadable, View, view_of
from janus_reward.judges.modes.reading import read_object, words
from janus_reward.judges.modes.settings import ModeSettings
from janus_reward.triple import Score
from janus_reward.verdict import CHECKLIST_CRITERION

STEPS = tuple(f"at_least_{level}" for level in LEVELS[1:])
"""The levels as checks: is the work at least as good as level 2, 3, 4, 5?"""

_ANSWERS: Mapping[str, bool | None] = {"yes": True, "no": False, "unsure": None}
_LEAST_ANSWERED = 0.5
_FAULT = re.compile(
    r"\b(?:missing|absent|wrong|incorrect|broken|fails?|failed|not (?:drawn|there|shown|present|as asked|met|visible)"
    r"|does(?:n't| not)|is(?:n't| not)|lacks?|unreadable|overlap(?:s|ping)?|cut off)\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:everything (?:is|was)|all (?:is|are|of it is)|perfect(?:ly)?|flawless(?:ly)?|exactly as asked|fully met)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answers:
    """One reply: the reason, and the answers by the names that were asked."""

    reason: str
    given: Mapping[str, bool | None]


class Checklist:
    """The default mode for single items."""

    name = "checklist"

    def __init__(self, settings: ModeSettings) -> None:
        self._per_call = settings.checks_per_call

    def asks(self, criteria: Sequence[Criterion], own: Sequence[str]) -> tuple[Ask, ...]:
        """One call a criterion, more where it has more checks than one call may hold."""
        return tuple(ask for criterion in criteria for ask in self._asks(criterion, own))

    def read(self, ask: Ask, reply: Reply) -> Answers:
        """The answers. Raises Unreadable for anything but exactly them."""
        found = read_object(reply, ["reason", *ask.ids])
        given: dict[str, bool | None] = {}
        for name in ask.ids:
            answer = found[name]
            if not isinstance(answer, str) or answer not in _ANSWERS:
                raise Unreadable("unparsable", f"{name} must be yes, no or unsure")
            given[name] = _ANSWERS[answer]
        return Answers(words(found["reason"]), given)

    def judged(self, criteria: Sequence[Criterion], answers: Sequence[tuple[Ask, Any]]) -> Judged:
        """Half of the score from the checks, half from the steps; see `value_of`."""
        scores: dict[str, Score] = {}
        checks: dict[str, bool | None] = {}
        flags: set[str] = set()
        for criterion in criteria:
            mine: list[Answers] = [answer for ask, answer in answers if criterion.name in ask.criteria]
            given = {name: value for answer in mine for name, value in answer.given.items()}
            reason = " ".join(answer.reason for answer in mine if answer.reason)
            scores[criterion.name] = value_of(given, reason)
            checks |= dict(_named(criterion, given))
            if contradicts(given, reason):
                flags.add("judge_contradiction")
        return Judged(scores, checks, frozenset(flags))

    def _asks(self, criterion: Criterion, own: Sequence[str]) -> Iterator[Ask]:
        questions = own if criterion.name == CHECKLIST_CRITERION else ()
        texts = {f"own_{number}": question for number, question in enumerate(questions, start=1)}
        names = (*texts, *criterion.checks, *STEPS)
        for start in range(0, len(names), self._per_call):
            ids = names[start : start + self._per_call]
            shown = tuple(f"{name}: {texts[name]}" for name in ids if name in texts)
            yield _ask(criterion.name, view_of(criterion), ids, shown, ids == names)


@lru_cache(maxsize=512)
def _ask(criterion: str, view: View, ids: tuple[str, ...], shown: tuple[str, ...], whole: bool) -> Ask:
    room = 120 + 14 * len(ids)
    return Ask((criterion,), view, ids, shown, _schema(ids), max_tokens=room, whole=whole)


def value_of(given: Mapping[str, bool | None], reason: str) -> Score:
    """The score of one criterion: 1 + 4 x the mean of two shares, yes among the checks and yes among the steps.

    An unsure answer counts in neither; where there are no checks, or none was answered, the steps stand alone, and the
    other way round. There is no score (`disagreement`) when less than half of all answers is yes or no.
    """
    answered = [name for name, value in given.items() if value is not None]
    if len(answered) < _LEAST_ANSWERED * len(given) or not answered:
        return Score.unscored(
            "disagreement", f"the judge is unsure of {len(given) - len(answered)} of {len(given)} checks"
        )
    shares = [
        sum(given[name] is True for name in part) / len(part)
        for part in ([n for n in answered if n in STEPS], [n for n in answered if n not in STEPS])
        if part
    ]
    value = 1 + 4 * sum(shares) / len(shares)
    return Score(round(value, 4), confidence=round(len(answered) / len(given), 4), rationale=reason or None)


def contradicts(given: Mapping[str, bool | None], reason: str) -> bool:
    """Whether answers contradict each other, or the reason all of them."""
    steps = [given[step] for step in STEPS if given.get(step) is not None]
    answers = [answer for answer in given.values() if answer is not None]
    rises = any(later and not earlier for earlier, later in pairwise(steps))
    all_good = bool(answers) and all(answers) and bool(_FAULT.search(reason)) and not _PRAISE.search(reason)
    all_bad = bool(answers) and not any(answers) and bool(_PRAISE.search(reason)) and not _FAULT.search(reason)
    return rises or all_good or all_bad


def _named(criterion: Criterion, given: Mapping[str, bool | None]) -> Iterator[tuple[str, bool | None]]:
    """The answers under the names that a verdict uses."""
    for name, answer in given.items():
        if name.startswith("own_"):
            yield f"checklist.{name.removeprefix('own_')}", answer
        elif name not in STEPS:
            yield f"{criterion.name}.{name}", answer


def _schema(ids: Sequence[str]) -> dict[str, Any]:
    answers = {name: {"type": "string", "enum": list(_ANSWERS)} for name in ids}
    return {
        "type": "object",
        "properties": {"reason": {"type": "string", "maxLength": 300}} | answers,
        "required": ["reason", *ids],
        "additionalProperties": False,
    }
