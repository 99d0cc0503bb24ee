"""What a saved reward model says of itself: `reward.json` beside the weights."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FILE = "reward.json"

JUDGE = "judge."
"""What stands before the evidence judge's own scores, where they are among the signals."""

DType = Literal["auto", "float32", "bfloat16", "float16"]
"""Of a backbone's weights."""


class Standard(BaseModel):
    """Names, means and spreads of the signals that the evidence branch reads; values are clipped to four spreads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[str, ...] = ()
    mean: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()


class RewardSettings(BaseModel):
    """How the model is fed and read.

    Args:
        kind: `text`, or `vision` for a backbone that sees the picture.
        criteria: names of the regression heads, in the order of the outputs after the scalar one.
        tokens: about the most tokens of a text.
        facts: whether the text tells what was measured.
        standard: of the evidence branch; empty without one.
        middle, spread: of the scalar head on known-good and damaged training answers, to put it on 1-5 where a
            criterion has no head of its own.
        revision: hash of the weights.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: Literal["text", "vision"] = "text"
    criteria: tuple[str, ...] = ()
    tokens: Annotated[int, Field(ge=32)] = 512
    facts: bool = False
    standard: Standard = Standard()
    middle: float = 0.0
    spread: Annotated[float, Field(gt=0)] = 1.0
    revision: str = ""
