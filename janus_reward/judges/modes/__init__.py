"""How a model is asked, and how its answers become scores: one file a mode."""

from __future__ import annotations

from importlib import import_module

from janus_reward.judges.modes.base import Mode
from janus_reward.judges.modes.settings import ModeSettings

__all__ = ["MODES", "Mode", "mode_of"]

MODES = {
    "checklist": "janus_reward.judges.modes.checklist:Checklist",
    "likert": "janus_reward.judges.modes.likert:Likert",
    "discrepancies": "janus_reward.judges.modes.discrepancies:Discrepancies",
    "reference": "janus_reward.judges.modes.reference:Reference",
    "pairwise": "janus_reward.judges.modes.pairwise:Pairwise",
}
"""Name to `module:Class`; a class is made from the mode's settings."""


def mode_of(settings: ModeSettings) -> Mode:
    """The mode that a judge file asks for."""
    module, _, kind = MODES[settings.name].partition(":")
    mode: Mode = getattr(import_module(module), kind)(settings)
    return mode
