"""Controlled corruptions: known-good triples damaged in known ways, and harmless changes as controls."""

from types import MappingProxyType

from janus_reward.corrupt import (  # noqa: F401 - importing a family registers its kinds
    attack,
    chart_data,
    chart_python,
    code,
    css,
    edit,
    harmless,
    html,
    instruction,
    picture,
    svg,
    vega,
)
from janus_reward.corrupt.base import HELD_OUT_SOURCES, KINDS, Case, Corruption

__all__ = ["FAMILIES", "HELD_OUT_SOURCES", "KINDS", "Case", "Corruption"]

FAMILIES = MappingProxyType(
    {
        "chart": "Charts that Python draws: words, data, axes, looks.",
        "vega": "Charts in Vega-Lite.",
        "html": "The structure, content and behaviour of web pages.",
        "css": "One CSS property of a page; slight ones only where there is a reference or a state before.",
        "svg": "Drawings in SVG.",
        "picture": "Pictures that are empty or hidden.",
        "code": "The code alone, and answers that break off.",
        "instruction": "Instruction and answer do not belong together.",
        "edit": "Edits and repairs that are not made, or made beside the point.",
        "attack": "Text that asks the judge for a high score.",
        "harmless": "Controls: changes that must not move any score.",
    }
)
"""Every family, with what it is about."""
