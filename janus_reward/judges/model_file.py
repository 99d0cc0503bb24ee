"""Judge files for `judge: model`: which engine, which weights, how they are asked."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from janus_reward.judges.cost import Prices
from janus_reward.judges.engine.chat import ChatSettings
from janus_reward.judges.engine.local_settings import TransformersSettings, VllmSettings
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


class ModelFile(JudgeFile):
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
    name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:+-]{0,80}$")
    engine: Literal["chat", "vllm", "transformers"]
    model: str = Field(min_length=1, max_length=300)
    revision: str | None = Field(default=None, max_length=120)
    chat: ChatSettings | None = None
    vllm: VllmSettings = VllmSettings()
    transformers: TransformersSettings = TransformersSettings()
    vision: bool = False
    structured: bool = True
    mode: ModeSettings = ModeSettings()
    sampling: Sampling = Sampling()
    texts: TextRule = TextRule()
    pictures: PictureRule = PictureRule()
    evidence: tuple[str, ...] = ()
    fallback: tuple[Fallback, ...] = ()
    prices: Prices | None = None

    @model_validator(mode="after")
    def _engine_has_its_block(self) -> Self:
        if self.engine == "chat" and self.chat is None:
            raise ValueError("engine chat needs a block `chat:` with at least `endpoint`")
        return self

    @property
    def called(self) -> str:
        """The judge's name in runs."""
        return self.name or self.model

    def digest(self, identity: dict[str, Any]) -> str:
        """Hash of everything here that can change a reply; speed, prices and calibration cannot."""
        names = ("vision", "structured", "mode", "sampling", "texts", "pictures", "evidence", "fallback")
        settings = {name: self.model_dump(mode="json")[name] for name in names}
        text = json.dumps({"engine": identity, **settings}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
