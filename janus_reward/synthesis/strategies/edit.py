"""Edit pairs: from a verified triple to an instruction that changes it, and the changed code."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.seeds import Material
from janus_reward.synthesis.strategies.base import Executed, Hopeless, Strategy, plan_id, told, turns
from janus_reward.triple import PICTURE_OUTCOMES, Before

KINDS = (
    "one colour",
    "one text",
    "the order or the grouping of what is shown",
    "an element that is added",
    "an element that is removed",
    "a size or a distance",
    "the kind of one mark or element",
    "one value of the data",
)
_MOST_UNASKED, _MOST_CODE = 0.5, 0.6


class Edit(Strategy):
    """What was changed is measured; what the generator says it changed plays no role."""

    name = "edit"
    propose = "edit_idea.j2"
    generate = "edit_answer.j2"
    takes = "seeds of the task generate that are no animation"

    def plans(self, material: Material, random: Random) -> Iterator[Plan]:
        """Each seed with the next kind of change."""
        seeds = [seed for seed in material.seeds if seed.task == "generate" and seed.language != "manim"]
        kinds = turns(KINDS, random)
        for number, seed in zip(count(), turns(seeds, random)):
            kind = next(kinds)
            yield Plan(
                id=plan_id(self.name, seed.id, kind, number),
                strategy=self.name,
                slice=f"{seed.domain}/{kind}",
                domain=seed.domain,
                language=seed.language or "python",
                task="edit",
                parents=(seed.id,),
                values={**told(seed), "kind": kind},
                before=Before(code=seed.code),
                scope=seed.id,
            )

    def wrong(self, plan: Plan, executed: Executed) -> str | None:
        """The picture must change, by what was asked, and most of the code must stay."""
        signals = executed.evidence.signals
        changed = signals.get("change.picture_changed")
        if changed is None and executed.sample.render.outcome in PICTURE_OUTCOMES:
            return Hopeless("the state before cannot be drawn, so the change cannot be measured")
        if changed == 0:
            return "the picture is the same as before"
        unasked = signals.get("change.unasked_property_share")
        if unasked is not None and unasked > _MOST_UNASKED:
            return f"{unasked:.0%} of what changed was not asked for; leave everything else as it is"
        share = signals.get("change.code_change_share")
        if share is not None and share > _MOST_CODE:
            return f"{share:.0%} of the code differs from before; change only what the instruction asks"
        return None
