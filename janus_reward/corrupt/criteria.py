"""Names for the groups of criteria that kinds of damage lower or leave alone."""

from __future__ import annotations

RELEVANCE = "task_relevance"
COMPLETION = "task_completion"
VISUAL = "visual_fidelity"
QUALITY = "code_quality"
ADHERENCE = "instruction_adherence"
PRESERVATION = "preservation"

EVERYTHING = (RELEVANCE, COMPLETION, VISUAL, QUALITY, ADHERENCE, PRESERVATION)
RESULT = (RELEVANCE, COMPLETION, VISUAL, ADHERENCE, PRESERVATION)
"""All but the quality of the code: what a change of code that shows nowhere must leave alone."""
