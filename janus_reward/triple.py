"""The records that flow through the house: Triple, Render, Evidence, Score, Verdict, Decision.

All are frozen and picklable; pictures travel as hashes (`Still.sha256`) into a `janus_reward.render.store.RenderStore`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Task = Literal["generate", "reproduce", "edit", "repair"]
Domain = Literal["chart", "webui", "svg", "animation", "demo", "artifact", "diagram", "algorithm", "symbolic"]
Outcome = Literal["ok", "blank", "partial", "failed", "timeout", "exceeded", "unsupported", "not_needed"]
Reason = Literal[
    "no_render",
    "no_code",
    "bad_input",
    "unparsable",
    "refused",
    "truncated",
    "engine_error",
    "timeout",
    "not_applicable",
    "budget",
    "disagreement",
]

TASKS: tuple[str, ...] = get_args(Task)
DOMAINS: tuple[str, ...] = get_args(Domain)
OUTCOMES: tuple[str, ...] = get_args(Outcome)
REASONS: tuple[str, ...] = get_args(Reason)

SHOWN_TASKS = frozenset({"reproduce", "edit", "repair"})
"""Tasks whose prompt holds more than the instruction: a reference picture, or the code and picture before."""

TEXT_DOMAINS = frozenset({"algorithm", "symbolic"})
"""Domains whose code makes no picture: their outcome is `not_needed`."""

PICTURE_OUTCOMES = frozenset({"ok", "partial"})
"""Outcomes whose stills may be shown to a judge."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that came with the data: a file, or bytes held inside the record. Not decoded, not trusted."""

    path: str | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """The state an edit or a repair starts from."""

    code: str | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Triple:
    """One record of a corpus.

    Args:
        row: position in the source, from 0; one row comes out for each row that went in.
        id: unique within a run; made from the content when the source has none.
        error: what is wrong with this row of input (`None` when it is fine); such a row is carried through unjudged.
        meta: passed through untouched; must be JSON-serialisable.
    """

    row: int
    id: str
    instruction: str | None = None
    code: str | None = None
    language: str | None = None
    domain: str | None = None
    task: str | None = None
    renders: tuple[Picture, ...] = ()
    references: tuple[Picture, ...] = ()
    before: Before | None = None
    checklist: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Still:
    """One picture of a render, stored as PNG under its hash.

    Args:
        sha256: of the PNG bytes.
        width, height: pixels.
        at_s: seconds of virtual time at which an animated render was stopped; `None` for a still picture.
    """

    sha256: str
    width: int
    height: int
    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Render:
    """What came of rendering one code.

    Args:
        outcome: decided by facts (exit, signal, limit, pixels), never by the code's own word.
        stills: the pictures, in order; empty unless the outcome is ok, partial or blank.
        renderer: name of the renderer, `picture` when the triple brought its picture, `None` when nothing ran.
        facts: JSON-able facts under the names of `docs/render-facts.md` (texts, marks, blocked, console_errors, ...).
        message: why the outcome is not ok, in one line without host paths; `None` when ok.
        seconds: wall time spent; not part of any hash.
    """

    outcome: Outcome
    stills: tuple[Still, ...] = ()
    renderer: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    message: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Measured facts: every registered signal by name, a float or `None` where it could not be measured.

    Args:
        signals: one entry for each signal of `janus_reward.evidence.SIGNALS`.
        notes: short findings in words, e.g. `{"missing_quotes": ["Sales 2024"]}`; JSON-able, bounded.
        flags: warnings about the triple itself, e.g. `grader_text`, `dangerous_call`.
    """

    signals: Mapping[str, float | None]
    notes: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A value or a reason, never a default.

    Args:
        value: on the rubric's 1-5 scale, or `None`.
        reason: why there is no value; set exactly when `value` is `None`.
        confidence: 0-1, how far the judge trusts the value.
        interval: (low, high) on the scale, when the judge can give one.
        rationale: the judge's words, or the signals that moved the value most.
    """

    value: float | None
    reason: Reason | None = None
    confidence: float | None = None
    interval: tuple[float, float] | None = None
    rationale: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a Score is a value or a reason: exactly one of the two")

    @classmethod
    def unscored(cls, reason: Reason, rationale: str | None = None) -> Score:
        """A score that could not be given, and why."""
        return cls(value=None, reason=reason, rationale=rationale)

    @property
    def score(self) -> float | None:
        """The value, under the name the verdict uses."""
        return self.value


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answer to one yes / no question: True, False, or `None` for cannot tell."""

    id: str
    criterion: str
    question: str
    answer: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says of one triple, with the provenance of every number.

    Args:
        score: the total on 1-5, computed here from the criteria, the rubric's weights and gates; or `None`.
        reason: why there is no total.
        criteria: a `Score` for each criterion of the rubric.
        gates: ids of the rubric's gates that capped a score.
        seconds: time the judge's engine spent on its replies, as the ledger holds it; 0 for a judge without an engine.
    """

    score: float | None
    reason: Reason | None
    criteria: Mapping[str, Score]
    judge: str
    rubric: str
    rubric_sha256: str
    confidence: float | None = None
    checks: tuple[CheckResult, ...] = ()
    gates: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    triple: Triple | None = None
    render: Render | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy decides for one triple, with its first reason."""

    verdict: Literal["keep", "drop", "review"]
    reason: str
