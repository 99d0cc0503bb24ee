"""Judge files: YAML that names a judge, its settings, and the calibration of its scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from janus_reward.calibration import Calibration
from janus_reward.errors import InputError
from janus_reward.judges.base import Judge, Judgement
from janus_reward.rubric import Rubric
from janus_reward.rubric_file import describe, read_document
from janus_reward.sample import Sample
from janus_reward.triple import Evidence


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


def read_judge_file(path: Path) -> JudgeFile:
    """Read and check a judge file. Raises InputError when unreadable, RubricError (file and line) when wrong."""
    document = read_document(path)
    try:
        return JudgeFile.model_validate(document.content)
    except ValidationError as error:
        raise describe(error, document) from None


def add_calibration(path: Path, judge: str, criterion: str, calibration: Calibration) -> None:
    """Write a criterion's calibration into a judge file, keeping what the file says of other criteria.

    Raises:
        InputError: the file is one of another judge, or cannot be read or written. RubricError: it is wrong.
    """
    file = read_judge_file(path) if path.exists() else JudgeFile(judge=judge)
    if file.judge != judge:
        raise InputError(f"{path} is for the judge {file.judge!r}, the run was scored by {judge!r}")
    merged = file.model_copy(update={"calibration": {**file.calibration, criterion: calibration}})
    try:
        path.write_text(yaml.safe_dump(merged.model_dump(mode="json"), sort_keys=False), encoding="utf-8")
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
        judgement = self._inner.judge(sample, evidence, rubric)
        maps, widest = self._file.calibration, self._file.widest_interval
        scores = {
            name: maps[name].applied(score, widest) if name in maps else score
            for name, score in judgement.scores.items()
        }
        return replace(judgement, scores=scores)
