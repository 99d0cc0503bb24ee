"""What a mode is: it makes the questions for a sample and turns the replies into scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from janus_reward.criterion import Criterion
from janus_reward.judges.engine.base import Reply
from janus_reward.triple import Reason, Score

View = Literal["picture", "code", "both"]
"""What the model sees of the work: the picture without the code, the code without the picture, or both."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call.

    Args:
        criteria: names of the criteria that the reply is about.
        view: what is shown.
        ids: what the reply must answer, by name, in order.
        whole: these are all the checks of the criterion, not a part of them.
        own: the triple's own questions among them, as `own_N: question`; hostile text.
        schema: JSON schema of the reply; `None` for free text.
        logprobs: alternatives wanted for each token.
        max_tokens: room for the reply.
    """

    criteria: tuple[str, ...]
    view: View
    ids: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    logprobs: int = 0
    max_tokens: int = 400
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """What the replies on some criteria come to."""

    scores: Mapping[str, Score]
    checks: Mapping[str, bool | None] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()


class Unreadable(ValueError):
    """A reply that holds no answer.

    Args:
        reason: `unparsable`, `refused` or `truncated`.
        complaint: what is wrong with it, for the model's second try.
    """

    def __init__(self, reason: Reason, complaint: str) -> None:
        super().__init__(complaint)
        self.reason: Reason = reason
        self.complaint = complaint


class Mode(Protocol):
    """Questions for criteria, and scores from replies. Pure: no state between samples."""

    @property
    def name(self) -> str:
        """What the judge file calls it."""
        ...

    def asks(self, criteria: Sequence[Criterion], own: Sequence[str]) -> tuple[Ask, ...]:
        """The calls for one sample. `own` are the triple's own questions."""
        ...

    def read(self, ask: Ask, reply: Reply) -> Any:
        """What a reply says. Raises Unreadable when it says nothing that was asked for."""
        ...

    def judged(self, criteria: Sequence[Criterion], answers: Sequence[tuple[Ask, Any]]) -> Judged:
        """Scores from answers; only criteria all of whose asks were answered are handed in."""
        ...


def view_of(criterion: Criterion) -> View:
    """Visual criteria see the picture alone, criteria that need nothing but code the code alone, the rest both."""
    if criterion.visual:
        return "picture"
    return "code" if criterion.needs == ("code",) else "both"
