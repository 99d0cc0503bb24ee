"""Bidirectional translation: one visual intent in two languages, the source as template, both pictures compared."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from janus_reward.coder_eval.metrics import charts, pictures
from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.seeds import Material
from janus_reward.synthesis.strategies.base import Executed, Hopeless, Strategy, plan_id, told
from janus_reward.triple import TEXT_DOMAINS

_LEAST_TEXTS, _LEAST_LIKENESS = 0.5, 0.3


class Translation(Strategy):
    """Which languages: `pairs` of the config, each taken in both directions where there are seeds."""

    name = "translation"
    generate = "translate.j2"
    takes = "seeds with a picture, of the task generate, in a language of `pairs:`"

    def plans(self, material: Material, random: Random) -> Iterator[Plan]:
        """Each seed once into each language that its own is paired with."""
        into = [*self.part.pairs, *((target, source) for source, target in self.part.pairs)]
        work = [
            (seed, target)
            for seed in material.seeds
            for source, target in dict.fromkeys(into)
            if seed.language == source and seed.task == "generate" and seed.domain not in TEXT_DOMAINS
        ]
        for seed, target in random.sample(work, len(work)):
            yield Plan(
                id=plan_id(self.name, seed.id, target),
                strategy=self.name,
                slice=f"{seed.language}>{target}",
                domain=seed.domain,
                language=target,
                task="generate",
                parents=(seed.id,),
                values={**told(seed), "target": target},
                instruction=seed.instruction,
                companion=seed,
                scope=f"{target}",
            )

    def wrong(self, plan: Plan, executed: Executed) -> str | None:
        """The texts of the source must be there, and the pictures must look alike."""
        source, result = executed.companion, executed.sample
        if source is None or not source.stills:
            return Hopeless("the source cannot be drawn, so nothing can be compared")
        if not result.stills:
            return "there is no picture to compare with the source's"
        texts = charts.text(result.render.facts, source.render.facts)
        if texts is not None and texts.recall < _LEAST_TEXTS:
            return f"only {texts.recall:.0%} of the texts of the source are drawn"
        likeness = pictures.structure(result.stills[0], source.stills[0])
        if texts is None and likeness is not None and likeness < _LEAST_LIKENESS:
            return f"the picture does not look like the source's (structural likeness {likeness:.2f})"
        return None
