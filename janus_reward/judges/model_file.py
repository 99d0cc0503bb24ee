"""Judge files for `judge: model`: which engine, which weights, how they are asked."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from janus_reward.judges.cost import Prices
from janus_reward.judges.engine.source import ModelSource
from janus_reward.judges.file import JudgeFile
from janus_reward.judges.modes.settings import ModeSettings
from janus_reward.judges.pictures import PictureRule
from janus_reward.judges.prompting import TextRule

Fallback = Literal["plain_text", "text_only", "stated_digit"]
"""What a run may do without: schemas (`plain_text`), pictures (`text_only`), log probabilities (`stated_digit`)."""


class Sampling(BaseModel):
    """How tokens are drawn; always sent and always recorded."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    temperature: float = Field(default=0.0, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    seed: int = Field(default=0, ge=0, lt=2**31)


class ModelFile(ModelSource, JudgeFile):
    """A language or vision-language model as judge.

    Args:
        judge: `model`.
        name: what the column `judge` says; the model's name when absent.
        engine: `chat`, `vllm` or `transformers`; each has a block of its own name.
        model: name or path of the weights; `revision` pins them, and lets the ledger serve other places too.
        vision: the model sees pictures. Without it, visual criteria have no score unless `evidence` names them.
        structured: replies are bound by a JSON schema; without it the strict reader alone decides.
        evidence: criteria that are left to the evidence judge.
        fallback: what the run may do without when the endpoint cannot give it; anything else stops it.
        prices: for money in forecast, spend and `--budget`.
    """

    judge: Literal["model"]
    structured: bool = True
    mode: ModeSettings = ModeSettings()
    sampling: Sampling = Sampling()
    texts: TextRule = TextRule()
    pictures: PictureRule = PictureRule()
    evidence: tuple[str, ...] = ()
    fallback: tuple[Fallback, ...] = ()
    prices: Prices | None = None

    def digest(self, identity: dict[str, Any]) -> str:
        """Hash of everything here that can change a reply; speed, prices and calibration cannot."""
        names = ("vision", "structured", "mode", "sampling", "texts", "pictures", "evidence", "fallback")
        settings = {name: self.model_dump(mode="json")[name] for name in names}
        text = json.dumps({"engine": identity, **settings}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
