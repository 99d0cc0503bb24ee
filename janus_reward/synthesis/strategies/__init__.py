"""The strategies by name: one line each, one short file each, imported only when used."""

from __future__ import annotations

from importlib import import_module

from janus_reward.synthesis.strategies.base import Strategy

STRATEGIES = {
    "guided_evolution": "janus_reward.synthesis.strategies.guided_evolution:GuidedEvolution",
    "recontextualization": "janus_reward.synthesis.strategies.recontextualization:Recontextualization",
    "reverse_instruction": "janus_reward.synthesis.strategies.reverse_instruction:ReverseInstruction",
    "translation": "janus_reward.synthesis.strategies.translation:Translation",
    "edit": "janus_reward.synthesis.strategies.edit:Edit",
    "repair": "janus_reward.synthesis.strategies.repair:Repair",
}
"""Name to `module:Class`; a class is made from its part of the config."""

__all__ = ["STRATEGIES", "Strategy", "strategy_class"]


def strategy_class(name: str) -> type[Strategy]:
    """The class of a strategy."""
    module, _, kind = STRATEGIES[name].partition(":")
    found: type[Strategy] = getattr(import_module(module), kind)
    return found
