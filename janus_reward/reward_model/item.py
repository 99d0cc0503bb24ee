"""What a reward model is shown of one answer: a text, the measured signals, and the picture where it has eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from janus_reward.judges.facts import facts_of
from janus_reward.judges.material import cleaned, cut_middle, tokens_of
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Render

_INSTRUCTION_SHARE = 0.3
_FACTS_SHARE = 0.2
END = "\nReward:"
"""The last words of every text; the heads look at its last token."""


@dataclass(frozen=True, slots=True)
class Item:
    """One answer as a reward model gets it.

    Args:
        text: instruction, facts and code, cut to size.
        signals: evidence in the order of the model's names, `None` where not measured.
        picture: PNG bytes, or `None`.
    """

    text: str
    signals: Sequence[float | None] = ()
    picture: bytes | None = None


def item_text(instruction: str, facts: Sequence[str], code: str, language: str, tokens: int, *, told: bool) -> str:
    """The text for an answer.

    Args:
        instruction: what was asked.
        facts: what was measured, in sentences.
        code: the answer.
        language: of the code.
        tokens: about the most that the text may have; instruction and facts take at most half of them.
        told: whether the facts are shown.
    """
    asked, _ = cut_middle(cleaned(instruction).text, int(tokens * _INSTRUCTION_SHARE))
    said, _ = cut_middle(cleaned("\n".join(facts)).text, int(tokens * _FACTS_SHARE)) if told else ("", 0)
    head = f"Instruction: {asked}\n" + (f"Measured: {said}\n" if said else "") + f"Code ({language}):\n"
    room = tokens - tokens_of(head) - tokens_of(END)
    body, _ = cut_middle(cleaned(code).text, max(16, room))
    return head + body + END


def sample_facts(sample: Sample, evidence: Evidence) -> tuple[str, ...]:
    """The facts of a sample: only what a run's table keeps, so that training and serving are told the same."""
    render = Render(sample.render.outcome, message=sample.render.message)
    return facts_of(Sample(sample.triple, render), evidence, vision=True)
