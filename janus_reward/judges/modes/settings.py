"""The `mode` block of a judge file."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ModeSettings(BaseModel):
    """Which mode, and its options.

    Args:
        name: `checklist`, `likert`, `discrepancies`, `reference`; `pairwise` ranks two works and scores none.
        checks_per_call: checklist: at most this many answers in one reply.
        reasoning: likert: a sentence or two before the digit. It narrows the distribution and often hurts.
        least_mass: likert: least probability on the five digits together; below it there is no score.
        stated_digit: likert: where no log probabilities come, take the digit as it is written; without it, no score.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: Literal["checklist", "likert", "discrepancies", "reference", "pairwise"] = "checklist"
    checks_per_call: int = Field(default=16, ge=1, le=64)
    reasoning: bool = False
    least_mass: float = Field(default=0.5, gt=0, le=1)
    stated_digit: bool = False
