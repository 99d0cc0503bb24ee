"""A plan: everything about one triple to be made that is settled before a model is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from janus_reward.triple import Before, Triple


@dataclass(frozen=True, slots=True)
class Plan:
    """One triple to be made.

    Args:
        id: unique in the run, made from strategy, parents and number.
        slice: of the taxonomy, or what the strategy varies; quotas count by it.
        parents: ids of the seeds or sources that it is made from.
        values: what the prompts are filled with.
        instruction, code: settled ones; `None` where a model makes them.
        before: state that an edit or a repair starts from.
        companion: a triple that is rendered beside it, for the strategy's own check.
        scope: instructions are compared with earlier ones of the same scope.
    """

    id: str
    strategy: str
    slice: str
    domain: str | None
    language: str
    task: str
    parents: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    instruction: str | None = None
    code: str | None = None
    before: Before | None = None
    companion: Triple | None = None
    scope: str = ""

    def triple(self, instruction: str, code: str) -> Triple:
        """The candidate that an instruction and a code make of it."""
        return Triple(0, self.id, instruction, code, self.language, self.domain, self.task, before=self.before)
