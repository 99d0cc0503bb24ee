"""What a policy file may say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from janus_reward.triple import DOMAINS, OUTCOMES, TASKS

Choice = Literal["keep", "drop", "review"]
OnScale = Annotated[float, Field(ge=1, le=5)]
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Licence(_Part):
    """Which licences may be trained on.

    Args:
        field: where a row names its licence: a path in `meta`.
        allow: the only ones, compared without case; empty allows all that `deny` does not name.
        deny: these never.
        unknown: what becomes of a row that names none.
    """

    field: str = "licence"
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    unknown: Choice = "review"


class Score(_Part):
    """The quantity that ranks rows, and the cut on it.

    Args:
        of: `total`, the plain `mean` or the `min` of the criteria that the row's rubric has, one criterion, or criteria
            with weights.
        min: least value kept.
        side: `value`, or `low`: the lower end of the calibrated interval; a row without an interval is then unscored.
        whole: round criteria to whole levels first, as a judge that gives integers does.
        percentile: keep those at or above this percentile of the rows that passed everything before.
        by: take the percentile in each slice of this column by itself.
        precision, good, labels: instead of `min`, the least cut at which at least this share of the kept rows has a
            label of `good` or better, by the lower end of its 95 % interval; `labels` is a file as for `judge agree`.
    """

    of: str | dict[str, Annotated[float, Field(gt=0)]] = "total"
    min: OnScale | None = None
    side: Literal["value", "low"] = "value"
    whole: bool = False
    percentile: Annotated[float, Field(gt=0, lt=100)] | None = None
    by: str | None = None
    precision: Share | None = None
    good: OnScale = 4.0
    labels: str | None = None

    @model_validator(mode="after")
    def _one_cut(self) -> Score:
        if (self.precision is None) != (self.labels is None):
            raise ValueError("precision needs labels, and labels need a precision")
        if self.precision is not None and self.min is not None:
            raise ValueError("give min, or precision with labels, not both")
        if self.side == "low" and not isinstance(self.of, dict) and self.of == "total":
            raise ValueError("side: low works on criteria: set of to mean, min or a criterion")
        if isinstance(self.of, dict) and not self.of:
            raise ValueError("of: name at least one criterion")
        return self


class Review(_Part):
    """Which rows people shall look at before they are used.

    Args:
        margin: points around `score.min` within which the judge does not decide.
        confidence: rows of less confidence than this.
        flags: rows with one of these flags.
    """

    margin: Annotated[float, Field(ge=0, le=4)] = 0.0
    confidence: Annotated[float, Field(gt=0, le=1)] | None = None
    flags: tuple[str, ...] = ()


class Rules(_Part):
    """What is asked of one row, whatever the others are.

    Args:
        outcomes: render outcomes that may be kept.
        reject_flags: flags that drop a row.
        reject_gates: gates of the rubric that drop a row; `*` is any.
        score: the cut.
        floors: least score by criterion; `*` is every criterion that the row's rubric has; one that it
            does not have asks nothing.
        unscored: what becomes of a row that lacks a number which is asked for.
        review: the band for people.
    """

    outcomes: tuple[str, ...] = ("ok", "partial", "not_needed")
    reject_flags: tuple[str, ...] = ("grader_text",)
    reject_gates: tuple[str, ...] = ()
    score: Score = Score()
    floors: dict[str, OnScale] = Field(default_factory=dict)
    unscored: Choice = "drop"
    review: Review = Review()

    @field_validator("outcomes")
    @classmethod
    def _known_outcomes(cls, outcomes: tuple[str, ...]) -> tuple[str, ...]:
        return _all_known(outcomes, OUTCOMES, "outcome")


class When(_Part):
    """Rows that an exception is for: each list that is given must hold the row's value."""

    domain: tuple[str, ...] = ()
    task: tuple[str, ...] = ()
    language: tuple[str, ...] = ()

    @field_validator("domain")
    @classmethod
    def _domains(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _all_known(names, DOMAINS, "domain")

    @field_validator("task")
    @classmethod
    def _tasks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _all_known(names, TASKS, "task")


class Exceptional(_Part):
    """Rules that replace the general ones for some rows; what is not said stays as it is in general."""

    when: When
    outcomes: tuple[str, ...] | None = None
    reject_flags: tuple[str, ...] | None = None
    reject_gates: tuple[str, ...] | None = None
    score: Score | None = None
    floors: dict[str, OnScale] | None = None
    unscored: Choice | None = None
    review: Review | None = None


class Quota(_Part):
    """How much of the selection a slice may take; the best of it stay.

    Args:
        by: a column (domain, language, task, rubric, ...) or a path in meta, such as `meta.source`.
        max: rows of any one slice.
        max_share: share of the selection that any one slice may have.
        only: rows by slice; slices that are not named are free.
    """

    by: str
    max: Count | None = None
    max_share: Share | None = None
    only: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> Quota:
        if self.max is None and self.max_share is None and not self.only:
            raise ValueError("a quota needs max, max_share or only")
        return self


class Target(_Part):
    """A size to select down to, by quality and by what is not there yet.

    Args:
        size: rows.
        diversity: 0 takes the best rows, 1 the most varied ones.
        on: what rows are compared by.
        embeddings: `.npy` of shape (rows, width) in the order of the run, in place of `on`.
    """

    size: Count
    diversity: Annotated[float, Field(ge=0, le=1)] = 0.3
    on: tuple[Literal["instruction", "code"], ...] = ("instruction",)
    embeddings: str | None = None


class Tier(_Part):
    """A named part of what is kept: the quantity of `score` is at least `min`. The first tier that fits is taken."""

    name: str
    min: OnScale


class Weight(_Part):
    """A soft weight for training in place of a hard cut: straight from `least` at score `low` to 1 at `high`."""

    low: OnScale = 3.0
    high: OnScale = 5.0
    least: Annotated[float, Field(ge=0, le=1)] = 0.0

    @model_validator(mode="after")
    def _order(self) -> Weight:
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class Policy(Rules):
    """A whole policy.

    Args:
        name, about: for people.
        exceptions: rules for some rows; the first whose `when` fits counts.
        licence: `None` does not look at licences.
        need_dedup, need_decontaminated: refuse to select without the folder of `dedup` or `decontaminate`.
        per_instruction: how many answers to the same instruction may stay, the best ones; where a prompt shows more
            than words, all.
        quotas: applied in order.
        target: applied last.
        tiers, weight: what is written beside kept rows.
        coverage: least share of all rows that must have the scores the policy asks for; below, nothing is exported.
    """

    name: str = "unnamed"
    about: str = ""
    exceptions: tuple[Exceptional, ...] = ()
    licence: Licence | None = None
    need_dedup: bool = False
    need_decontaminated: bool = False
    per_instruction: Count | None = None
    quotas: tuple[Quota, ...] = ()
    target: Target | None = None
    tiers: tuple[Tier, ...] = ()
    weight: Weight | None = None
    coverage: Annotated[float, Field(ge=0, le=1)] = 0.8

    def parts(self) -> Iterator[tuple[When, Rules]]:
        """The exceptions in order, then the general rules for all other rows."""
        general = {name: getattr(self, name) for name in Rules.model_fields}
        for item in self.exceptions:
            own = {name: value for name in general if (value := getattr(item, name)) is not None}
            yield item.when, Rules(**{**general, **own})
        yield When(), Rules(**general)

    def with_cut(self, cut: float) -> Policy:
        """The same policy with another `score.min`, in the general rules and in every exception that has one."""
        moved = [
            item.model_copy(update={"score": _cut_at(item.score, cut)}) if item.score else item
            for item in self.exceptions
        ]
        return self.model_copy(update={"score": _cut_at(self.score, cut), "exceptions": tuple(moved)})

    def beside(self, folder: Path) -> Policy:
        """The same policy with the files that it names taken relative to `folder`."""
        target = self.target
        if target is not None and target.embeddings is not None:
            target = target.model_copy(update={"embeddings": str(folder / target.embeddings)})
        exceptions = tuple(
            item.model_copy(update={"score": item.score and _beside(item.score, folder)}) for item in self.exceptions
        )
        score = _beside(self.score, folder)
        return self.model_copy(update={"score": score, "exceptions": exceptions, "target": target})

    def files(self) -> list[str]:
        """The files that it names, whose content decides with it."""
        labels = [rules.score.labels for _, rules in self.parts()]
        embeddings = self.target.embeddings if self.target is not None else None
        return sorted({name for name in (*labels, embeddings) if name is not None})

    def plain(self) -> dict[str, Any]:
        """JSON-able, complete with defaults; what the manifest keeps."""
        return self.model_dump(mode="json")


def _beside(score: Score, folder: Path) -> Score:
    return score if score.labels is None else score.model_copy(update={"labels": str(folder / score.labels)})


def _cut_at(score: Score, cut: float) -> Score:
    return score.model_copy(update={"min": cut, "precision": None, "labels": None})


def _all_known(names: tuple[str, ...], known: tuple[str, ...], what: str) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            raise ValueError(f"unknown {what} {name!r}; known: {', '.join(known)}")
    return names
