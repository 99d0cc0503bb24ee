"""Guided evolution: from a seed triple and a keyword to a new instruction, and new code for it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.seeds import Material
from janus_reward.synthesis.strategies.base import Strategy, plan_id, told, turns


class GuidedEvolution(Strategy):
    """I' = f(I, C, K), then new code (JanusCoder, section 3.2). A seed whose domain has no taxonomy is left out."""

    name = "guided_evolution"
    propose = "evolve.j2"
    generate = "answer.j2"
    takes = "seeds of the task generate whose domain has a taxonomy in `taxonomy:`"

    def plans(self, material: Material, random: Random) -> Iterator[Plan]:
        """Each seed with the next keyword of its domain."""
        seeds = [seed for seed in material.seeds if seed.task == "generate" and material.keywords(seed.domain)]
        words = {domain: turns(material.keywords(domain), random) for domain in {seed.domain for seed in seeds}}
        for number, seed in zip(count(), turns(seeds, random)):
            slice_, keyword = next(words[seed.domain])
            yield Plan(
                id=plan_id(self.name, seed.id, keyword, number),
                strategy=self.name,
                slice=f"{seed.domain}/{slice_}",
                domain=seed.domain,
                language=seed.language or "python",
                task="generate",
                parents=(seed.id,),
                values={**told(seed), "keyword": keyword},
            )
