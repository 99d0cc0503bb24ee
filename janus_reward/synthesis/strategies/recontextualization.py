"""Re-contextualisation: a better, fuller instruction for code that is already verified."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.seeds import Material
from janus_reward.synthesis.strategies.base import Executed, Strategy, plan_id, told

_LEAST_GROWTH = 1.1


class Recontextualization(Strategy):
    """The code stays as it is; the judge says whether it does all that the new instruction asks."""

    name = "recontextualization"
    propose = "recontextualize.j2"

    def plans(self, material: Material, random: Random) -> Iterator[Plan]:
        """Each seed once."""
        seeds = [seed for seed in material.seeds if seed.task == "generate"]
        for seed in random.sample(seeds, len(seeds)):
            yield Plan(
                id=plan_id(self.name, seed.id),
                strategy=self.name,
                slice=str(seed.domain),
                domain=seed.domain,
                language=seed.language or "python",
                task="generate",
                parents=(seed.id,),
                values=told(seed),
                code=seed.code,
                scope=self.name,
            )

    def wrong(self, plan: Plan, executed: Executed) -> str | None:
        """An instruction that says no more than the old one is not better."""
        before, after = plan.values["seed_instruction"], executed.sample.triple.instruction or ""
        if len(after.split()) < _LEAST_GROWTH * len(before.split()):
            return (
                "the new instruction says no more than the old one; name the data, the texts, the colours, the layout"
            )
        return None
