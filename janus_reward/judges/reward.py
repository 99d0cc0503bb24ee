"""A trained reward model as a judge, `--judge reward:PATH`: heads score the criteria, rows are batched as they come."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from janus_reward.criterion import Criterion
from janus_reward.errors import InputError, MissingExtra
from janus_reward.judges.base import Judgement
from janus_reward.judges.engine.base import EngineFailure
from janus_reward.judges.engine.batching import Batcher
from janus_reward.judges.evidence import EvidenceJudge, squash
from janus_reward.judges.loop import submit
from janus_reward.reward_model.item import Item, item_text, sample_facts
from janus_reward.reward_model.saving import read_settings
from janus_reward.reward_model.settings import JUDGE, DType, RewardSettings
from janus_reward.reward_model.signals import named
from janus_reward.rubric import Rubric
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Score
from janus_reward.verdict import verdict

if TYPE_CHECKING:
    from janus_reward.judges.cost import Meter
    from janus_reward.ledger import Ledger
    from janus_reward.reward_model.scoring import LoadedReward

_BATCH = 8
_MIDDLE = 3.0
_DTYPES: Mapping[str, DType] = {"float32": "float32", "bfloat16": "bfloat16", "float16": "float16"}


class RewardJudge:
    """Scores each criterion with its head; the model is loaded at the first sample.

    Where it runs is up to the environment: `JANUS_REWARD_DEVICE` (`auto`, `cpu`, `cuda`, `cuda:N`) and
    `JANUS_REWARD_DTYPE` (`float32`, `bfloat16`, `float16`). A criterion without a head gets the scalar reward on 1-5,
    when the model has no other heads; otherwise it is `not_applicable`.

    Args:
        folder: written by `janus-reward train reward-model`.

    Raises:
        InputError: the folder holds no reward model. MissingExtra: torch or transformers is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self.settings: RewardSettings = read_settings(folder)
        for package in ("torch", "transformers"):
            if find_spec(package) is None:
                raise MissingExtra(f"a reward model needs {package}", hint="pip install 'janus-reward[judge]'")
        self._folder = folder
        self._device = os.environ.get("JANUS_REWARD_DEVICE", "auto")
        self._dtype = _dtype(os.environ.get("JANUS_REWARD_DTYPE", "float32"))
        self._loaded: LoadedReward | None = None
        self._batcher: Batcher[Item, tuple[float, ...]] = Batcher(self._run, _BATCH)
        self.name = f"reward:{folder.name}"
        self.revision = f"{self.settings.revision}+{self._dtype}"

    @property
    def in_flight(self) -> int:
        """Two batches: one that runs and one that waits."""
        return 2 * _BATCH

    def attach(self, ledger: Ledger | None, meter: Meter) -> None:
        """Nothing is asked of anybody, so nothing is kept or counted."""

    def judge(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> Judgement:
        """`ajudge` for callers without an event loop."""
        return submit(self.ajudge(sample, evidence, rubric)).result()

    async def ajudge(
        self, sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None = None
    ) -> Judgement:
        """Score the criteria that can be answered; a failure of the model is `engine_error`."""
        wanted = [c for c in rubric.criteria if only is None or c.name in only]
        blocked = {c.name: Score.unscored(reason) for c in wanted if (reason := c.blocked(sample)) is not None}
        rest = [c for c in wanted if c.name not in blocked]
        if not rest:
            return Judgement(blocked)
        start = time.perf_counter()
        try:
            outputs = await self._batcher.complete(self._item(sample, evidence, rubric))
        except EngineFailure as failure:
            failed = Score.unscored("engine_error", str(failure))
            return Judgement({**blocked, **{criterion.name: failed for criterion in rest}})
        seconds = time.perf_counter() - start
        scores = {criterion.name: self._score(criterion, outputs) for criterion in rest}
        return Judgement({**blocked, **scores}, seconds=seconds)

    def expected(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> tuple[int, int, int]:
        """One call of no cost."""
        return 1, self.settings.tokens, 0

    def priced(self, tokens_in: int, tokens_out: int) -> tuple[float | None, str | None]:
        """It costs nothing but the machine."""
        return None, None

    async def prepare(self) -> float:
        """Load the weights; gives no latency, as there is none worth forecasting."""
        await asyncio.to_thread(self._model)
        return 0.0

    async def aclose(self) -> None:
        """Forget the weights."""
        self._batcher.close()
        self._loaded = None

    def _item(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> Item:
        triple, settings = sample.triple, self.settings
        facts = sample_facts(sample, evidence) if settings.facts else ()
        instruction, code, language = triple.instruction or "", triple.code or "", triple.language or ""
        text = item_text(instruction, facts, code, language, settings.tokens, told=settings.facts)
        names = settings.standard.names
        asked = any(name.startswith(JUDGE) for name in names)
        signals = named(names, evidence.signals, _evidence_scores(sample, evidence, rubric) if asked else {})
        picture = sample.stills[0] if sample.stills and settings.kind == "vision" else None
        return Item(text, signals, picture)

    def _score(self, criterion: Criterion, outputs: tuple[float, ...]) -> Score:
        settings, told = self.settings, f"scalar reward {outputs[0]:.3f}"
        if criterion.name in settings.criteria:
            value = _MIDDLE + outputs[1 + settings.criteria.index(criterion.name)]
        elif settings.criteria:
            return Score.unscored("not_applicable", "the model has no head for it")
        else:
            value = _MIDDLE + (outputs[0] - settings.middle) / settings.spread
        return Score(round(squash(value), 4), rationale=told)

    def _run(self, items: Sequence[Item]) -> list[tuple[float, ...] | EngineFailure]:
        return [tuple(row) for row in self._model().scores(items, _BATCH).tolist()]

    def _model(self) -> LoadedReward:
        if self._loaded is None:
            from janus_reward.reward_model.scoring import LoadedReward

            self._loaded = LoadedReward.open(self._folder, self._device, self._dtype)
        return self._loaded


def _evidence_scores(sample: Sample, evidence: Evidence, rubric: Rubric) -> dict[str, float | None]:
    """What the evidence judge says, gates included, as a run's table holds it."""
    judge = _evidence_judge()
    found = verdict(sample, evidence, rubric, judge.judge(sample, evidence, rubric), judge)
    return {"total": found.score, **{name: score.value for name, score in found.criteria.items()}}


@lru_cache(maxsize=1)
def _evidence_judge() -> EvidenceJudge:
    return EvidenceJudge()


def _dtype(name: str) -> DType:
    if name not in _DTYPES:
        raise InputError(f"JANUS_REWARD_DTYPE={name} is not one of {', '.join(_DTYPES)}")
    return _DTYPES[name]
