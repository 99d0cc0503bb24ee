"""A corruption: one known way to damage a known-good triple, made by one decorated function.

To add one, write a function over a `Case` in the file of its family and decorate it; the registry and
`docs/corruptions.md` follow from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random
from types import MappingProxyType
from typing import Literal, TypeVar

from janus_reward.triple import Triple

T = TypeVar("T")

Severity = Literal[0, 1, 2, 3]
Shows = Literal["yes", "no", "either"]
Damage = Callable[["Case"], "str | Triple | None"]

MAX_CODE_CHARS = 200_000
"""Longer code is left alone."""

COMPARED_TASKS = frozenset({"reproduce", "edit", "repair"})
"""Tasks with a picture or a state to compare with: there, any visible change is a defect."""

HARMLESS = "harmless"
"""Name of the family whose changes must not move any score."""

HELD_OUT_SOURCES = frozenset({"design2code", "svgenius"})
"""Source sets that no fit may use: they test what was fitted on the others."""


@dataclass(frozen=True)
class Case:
    """What a corruption works on.

    Args:
        triple: known to be good; its code is at most `MAX_CODE_CHARS` long.
        random: seeded by the triple and the kind, so that the same case is damaged in the same way.
        stranger: another good triple of the same source, language and task, for mismatches; `None` when there is none.
    """

    triple: Triple
    random: Random
    stranger: Triple | None = None

    @property
    def code(self) -> str:
        """The good code."""
        return self.triple.code or ""

    @cached_property
    def wanted(self) -> str:
        """Everything that was asked for in words, in lower case."""
        return " ".join([self.triple.instruction or "", *self.triple.checklist])[:20_000].lower()

    @property
    def compared(self) -> bool:
        """Whether the answer is held against a reference picture or a state before."""
        return self.triple.task in COMPARED_TASKS

    def asked(self, pattern: str) -> bool:
        """Whether the result is held to something: always when compared, else when the words match (no case)."""
        return self.compared or re.search(pattern, self.wanted) is not None

    def pick(self, items: Sequence[T]) -> T | None:
        """One of the items, or `None` when there is none."""
        return self.random.choice(items) if items else None


@dataclass(frozen=True, slots=True)
class Corruption:
    """One registered kind of damage.

    Args:
        name: `family.noun`.
        severity: 1 slight, 2 plain, 3 ruins the answer; 0 for a harmless change.
        lowers: criteria that must drop; those that a triple's rubric does not have are not meant.
        keeps: criteria that must not move.
        languages: of the code; empty for any.
        shows: whether the picture must change (`yes`), must not (`no`), or may (`either`).
        breaks: the damaged code may fail to render; else a failed render is an accident and the pair is thrown away.
        holdout: kept out of fitting, to test whether a judge knows damage it was not shown.
        doc: first line of the function's docstring.
    """

    name: str
    severity: Severity
    lowers: tuple[str, ...]
    keeps: tuple[str, ...]
    languages: frozenset[str]
    shows: Shows
    breaks: bool
    holdout: bool
    doc: str
    damage: Damage = field(repr=False)

    @property
    def family(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def harmless(self) -> bool:
        """Whether this is a control: a change that must not move any score."""
        return self.family == HARMLESS

    def applies(self, triple: Triple, random: Random, stranger: Triple | None = None) -> Triple | None:
        """The damaged triple without the good one's pictures, or `None` when this kind does not apply to it."""
        if not triple.code or len(triple.code) > MAX_CODE_CHARS or triple.error is not None:
            return None
        if self.languages and triple.language not in self.languages:
            return None
        damaged = self.damage(Case(triple, random, stranger))
        if isinstance(damaged, str):
            damaged = replace(triple, code=damaged)
        if damaged is None or _same(damaged, triple):
            return None
        return replace(damaged, renders=())


_KINDS: dict[str, Corruption] = {}

KINDS: Mapping[str, Corruption] = MappingProxyType(_KINDS)
"""Every corruption by name, in the order of definition (complete once `janus_reward.corrupt` is imported)."""


def corruption(
    name: str,
    severity: Severity,
    *,
    lowers: tuple[str, ...] = (),
    keeps: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
    shows: Shows = "yes",
    breaks: bool = False,
    holdout: bool = False,
) -> Callable[[Damage], Damage]:
    """Register a function over a `Case` as a kind of damage.

    The function returns the damaged code, or a whole damaged triple, or `None` where the kind does not apply; the
    first line of its docstring becomes the documentation.
    """

    def register(damage: Damage) -> Damage:
        if name in _KINDS:
            raise ValueError(f"two corruptions are called {name}; rename one of them")
        if set(lowers) & set(keeps):
            raise ValueError(f"{name} both lowers and keeps {sorted(set(lowers) & set(keeps))}")
        doc = (damage.__doc__ or "").strip().splitlines()
        if not doc:
            raise ValueError(f"{name} needs a docstring: its first line documents the damage")
        _KINDS[name] = Corruption(
            name, severity, lowers, keeps, frozenset(languages), shows, breaks, holdout, doc[0], damage
        )
        return damage

    return register


def _same(one: Triple, other: Triple) -> bool:
    return (one.code, one.instruction, one.before, one.references) == (
        other.code,
        other.instruction,
        other.before,
        other.references,
    )
