"""Repair pairs: a verified triple is damaged in a known way, and a report of what is wrong is written for it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from janus_reward.corrupt import KINDS, Corruption
from janus_reward.corrupt.deal import draw
from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.seeds import Material
from janus_reward.synthesis.strategies.base import Executed, Hopeless, Strategy, plan_id, told
from janus_reward.triple import Before, Triple

_FAMILIES = frozenset({"chart", "vega", "html", "css", "svg", "code"})


class Repair(Strategy):
    """The answer is the verified code; a model writes only the report, from the code and what the damaged one draws."""

    name = "repair"
    propose = "report.j2"
    takes = "seeds of the task generate that a known kind of damage applies to"

    def plans(self, material: Material, random: Random) -> Iterator[Plan]:
        """Each seed with the kinds of damage that apply to it, one kind a round."""
        kinds = [kind for kind in KINDS.values() if kind.family in _FAMILIES and (kind.shows == "yes" or kind.breaks)]
        work = [(draw(seed.id, kind.name), seed, kind) for seed in material.seeds for kind in kinds]
        random.shuffle(work)
        for _, seed, kind in work:
            damaged = _damaged(seed, kind)
            if seed.task == "generate" and damaged is not None:
                yield self._plan(seed, kind, damaged)

    def wrong(self, plan: Plan, executed: Executed) -> str | None:
        """The damage must be there: the state before does not draw, or draws something else."""
        if executed.evidence.signals.get("change.picture_changed") == 0:
            return Hopeless("the damage cannot be seen, so there is nothing to repair")
        return None

    def _plan(self, seed: Triple, kind: Corruption, damaged: str) -> Plan:
        return Plan(
            id=plan_id(self.name, seed.id, kind.name),
            strategy=self.name,
            slice=f"{seed.domain}/{kind.family}",
            domain=seed.domain,
            language=seed.language or "python",
            task="repair",
            parents=(seed.id,),
            values={**told(seed), "damage": kind.doc, "damaged": damaged},
            code=seed.code,
            before=Before(code=damaged),
            scope=seed.id,
        )


def _damaged(seed: Triple, kind: Corruption) -> str | None:
    """The damaged code, or `None` where this kind does not apply or changes something else than the code."""
    made = kind.applies(seed, Random(draw(seed.id, kind.name, "repair")))
    return made.code if made is not None and made.instruction == seed.instruction and made.code != seed.code else None
