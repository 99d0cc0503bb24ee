"""What a curation file may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from janus_reward.errors import InputError, RubricError
from janus_reward.export.formats import FORMATS
from janus_reward.rubric_file import Document, describe, read_document
from janus_reward.select.policy import Policy
from janus_reward.storage import is_remote

_FILES = (".yaml", ".yml")


def _known_format(name: str) -> str:
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}; known: {', '.join(FORMATS)}")
    return name


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ScoreStep(_Part):
    """As the options of `score dataset`; `map` is `--map`."""

    judge: str = "evidence"
    rubrics: str | None = None
    map: dict[str, str] = Field(default_factory=dict)
    render: Literal["auto", "always", "never"] = "auto"
    limit: Annotated[int, Field(ge=1)] | None = None
    workers: Annotated[int, Field(ge=1)] | None = None
    engine: str = "local"
    seed: int = 0
    shard_rows: Annotated[int, Field(ge=1)] = 256
    cache: str | None = None
    ledger: str | None = None
    budget: str | None = None

    def deciding(self) -> dict[str, Any]:
        """What the scores depend on: not by whom, how dear or how fast they are made."""
        return self.model_dump(exclude={"workers", "engine", "cache", "ledger", "budget"})


class SelectStep(_Part):
    """`policy`: a preset, a file beside this one, module:function, or the policy itself."""

    policy: str | dict[str, Any] = "balanced"


class ExportStep(_Part):
    """As the options of `export`."""

    format: Annotated[str, AfterValidator(_known_format)]
    name: str | None = None
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    margin: Annotated[float, Field(ge=0, le=4)] = 0.5
    pairs_per_prompt: Annotated[int, Field(ge=1)] = 3


class ReportStep(_Part):
    """As the options of `report`."""

    title: str = ""
    gallery: Annotated[int, Field(ge=0, le=5000)] = 240


class CurateConfig(_Part):
    """A whole curation.

    Args:
        source: the dataset, as for `score dataset`.
        out: folder of the job.
        score: how to score.
        dedup: settings of `dedup`, such as `{threshold: 0.8}`; absent leaves the step out.
        decontaminate: `{against: [...], data: DIR}` and settings of `decontaminate`; absent leaves the step out.
        select: which policy.
        export: sets to write, each into `OUT/export/NAME`.
        report: how the audit page looks; null leaves it out.
        engine: where scoring, dedup and decontamination run; `ray`: file of the settings of the cluster, if any.
        coverage: share of scored rows to accept instead of the policy's floor.
    """

    source: str
    out: str
    score: ScoreStep = ScoreStep()
    dedup: dict[str, Any] | None = None
    decontaminate: dict[str, Any] | None = None
    select: SelectStep = SelectStep()
    export: tuple[ExportStep, ...] = (ExportStep(format="datasets"),)
    report: ReportStep | None = ReportStep()
    engine: Literal["local", "ray"] = "local"
    ray: str | None = None
    coverage: Annotated[float, Field(ge=0, le=1)] | None = None


def read_config(path: str | Path) -> CurateConfig:
    """Read and check a curation file; paths in it are taken relative to it.

    Raises:
        InputError: it cannot be read or is wrong; the message names file and line.
    """
    file = Path(path)
    try:
        document = read_document(file)
        config = CurateConfig.model_validate(document.content)
        return _placed(config, file.parent, document)
    except RubricError as error:
        raise InputError(error.message, hint="See docs/curate.md.") from None
    except ValidationError as error:
        raise InputError(describe(error, document).message, hint="See docs/curate.md.") from None


def _placed(config: CurateConfig, folder: Path, document: Document) -> CurateConfig:
    """The configuration with its paths taken relative to its file."""
    score = config.score.model_copy(
        update={name: _beside(folder, getattr(config.score, name)) for name in ("rubrics", "cache", "ledger")}
    )
    if score.judge.endswith(_FILES):
        score = score.model_copy(update={"judge": str(folder / score.judge)})
    out = config.out if is_remote(config.out) else str(folder / config.out)
    changes: dict[str, Any] = {"out": out, "score": score, "ray": _beside(folder, config.ray)}
    if (folder / config.source).exists():
        changes["source"] = str(folder / config.source)
    if config.decontaminate is not None:
        changes["decontaminate"] = _against(config.decontaminate, folder)
    changes["select"] = SelectStep(policy=_policy(config.select.policy, folder, document))
    return config.model_copy(update=changes)


def _against(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The step decontaminate, with the files of benchmarks (`FILE` or `ID=FILE`) and their folder beside the file."""
    placed = dict(asked)
    if isinstance(asked.get("data"), str):
        placed["data"] = str(folder / asked["data"])
    if isinstance(asked.get("against"), list):
        placed["against"] = [_benchmark(str(named), folder) for named in asked["against"]]
    return placed


def _benchmark(named: str, folder: Path) -> str:
    head, mark, file = named.rpartition("=")
    return f"{head}{mark}{folder / file}" if (folder / file).is_file() else named


def _policy(given: str | dict[str, Any], folder: Path, document: Document) -> str | dict[str, Any]:
    """The name of a policy, or all that a policy inside the file says."""
    if isinstance(given, str):
        return str(folder / given) if given.endswith(_FILES) else given
    try:
        return Policy.model_validate(given).beside(folder).plain()
    except ValidationError as error:
        inside = {place[2:]: line for place, line in document.lines.items() if place[:2] == ("select", "policy")}
        raise describe(error, Document(document.name, given, inside)) from None


def _beside(folder: Path, named: str | None) -> str | None:
    return None if named is None else str(folder / named)
