"""Judge files: YAML that names a judge, its settings, and the calibration of its scores."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from janus_reward.calibration import Calibration
from janus_reward.errors import InputError
from janus_reward.judges.base import Judge, Judgement, WaitingJudge
from janus_reward.rubric import Rubric
from janus_reward.rubric_file import describe, read_document
from janus_reward.sample import Sample
from janus_reward.triple import Evidence

if TYPE_CHECKING:
    from janus_reward.judges.cost import Meter
    from janus_reward.ledger import Ledger


class JudgeFile(BaseModel):
    """What a judge file says.

    Args:
        judge: name of the judge underneath.
        calibration: by criterion, from `janus-reward judge calibrate`.
        widest_interval: points; the judge abstains where its interval is wider.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    judge: str
    calibration: dict[str, Calibration] = Field(default_factory=dict)
    widest_interval: Annotated[float, Field(gt=0, le=4)] = 3.2

    @property
    def called(self) -> str:
        """The judge's name in runs."""
        return self.judge


KINDS = {
    "model": "janus_reward.judges.model_file:ModelFile",
    "panel": "janus_reward.judges.group_file:PanelFile",
    "cascade": "janus_reward.judges.group_file:CascadeFile",
}
"""Judges that exist only by their files: what the file says is checked by `module:Class`."""


def read_judge_file(path: Path) -> JudgeFile:
    """Read and check a judge file. Raises InputError when unreadable, RubricError (file and line) when wrong."""
    document = read_document(path)
    module, _, name = KINDS.get(str(document.content.get("judge")), "").partition(":")
    kind: type[JudgeFile] = getattr(import_module(module), name) if module else JudgeFile
    try:
        return kind.model_validate(document.content)
    except ValidationError as error:
        raise describe(error, document) from None


def add_calibration(path: Path, judge: str, criterion: str, calibration: Calibration) -> None:
    """Write a criterion's calibration into a judge file, keeping what the file says of other criteria.

    Raises:
        InputError: the file is one of another judge, or cannot be read or written. RubricError: it is wrong.
    """
    file = read_judge_file(path) if path.exists() else JudgeFile(judge=judge)
    if file.called != judge:
        raise InputError(f"{path} is for the judge {file.called!r}, the run was scored by {judge!r}")
    merged = file.model_copy(update={"calibration": {**file.calibration, criterion: calibration}})
    try:
        said = merged.model_dump(mode="json", exclude_unset=type(file) is not JudgeFile)
        path.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


class CalibratedJudge:
    """Another judge with its scores put on the scale of people."""

    def __init__(self, inner: Judge, file: JudgeFile, digest: str) -> None:
        self._inner, self._file = inner, file
        self.name = inner.name
        self.revision = f"{inner.revision}+calibrated.{digest[:12]}"

    def judge(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> Judgement:
        """Judge as the inner judge does, then map each calibrated criterion."""
        return self._mapped(self._inner.judge(sample, evidence, rubric))

    def _mapped(self, judgement: Judgement) -> Judgement:
        maps, widest = self._file.calibration, self._file.widest_interval
        scores = {
            name: maps[name].applied(score, widest) if name in maps else score
            for name, score in judgement.scores.items()
        }
        return replace(judgement, scores=scores)


class CalibratedWaitingJudge(CalibratedJudge):
    """The same for a judge that waits."""

    def __init__(self, inner: WaitingJudge, file: JudgeFile, digest: str) -> None:
        super().__init__(inner, file, digest)
        self._waiting = inner

    @property
    def in_flight(self) -> int:
        """As the inner judge."""
        return self._waiting.in_flight

    def attach(self, ledger: Ledger | None, meter: Meter) -> None:
        """Hand ledger and meter on."""
        self._waiting.attach(ledger, meter)

    async def ajudge(
        self, sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None = None
    ) -> Judgement:
        """As `judge`."""
        return self._mapped(await self._waiting.ajudge(sample, evidence, rubric, only))

    def expected(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> tuple[int, int, int]:
        """As the inner judge."""
        return self._waiting.expected(sample, evidence, rubric)

    def priced(self, tokens_in: int, tokens_out: int) -> tuple[float | None, str | None]:
        """As the inner judge."""
        return self._waiting.priced(tokens_in, tokens_out)

    async def prepare(self) -> float:
        """As the inner judge."""
        return await self._waiting.prepare()

    async def aclose(self) -> None:
        """Close the inner judge."""
        await self._waiting.aclose()
