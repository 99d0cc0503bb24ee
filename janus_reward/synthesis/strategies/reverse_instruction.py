"""Reverse instruction: from a fragment of a source file to an instruction, and a complete answer to it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.seeds import Material, fragment
from janus_reward.synthesis.strategies.base import Strategy, plan_id, turns

LANGUAGES = ("python", "r", "matlab", "svg", "javascript", "html", "manim", "vega-lite")


class ReverseInstruction(Strategy):
    """K lines of a file become an instruction, which a whole program answers (JanusCoder, section 3.2).

    R and MATLAB cannot be run here: their outcome is `unsupported`, and only a judge of code can keep them.
    """

    name = "reverse_instruction"
    propose = "reverse.j2"
    generate = "answer.j2"
    takes = f"sources in {', '.join(LANGUAGES)}"

    def plans(self, material: Material, random: Random) -> Iterator[Plan]:
        """Fragments of the sources, file after file."""
        sources = [source for source in material.sources if source.language in LANGUAGES]
        for number, source in zip(count(), turns(sources, random)):
            piece = fragment(source, self.part.lines, random)
            yield Plan(
                id=plan_id(self.name, source.id, piece, number),
                strategy=self.name,
                slice=str(source.language),
                domain=source.domain,
                language=source.language or "python",
                task="generate",
                parents=(source.id,),
                values={"fragment": piece},
            )
