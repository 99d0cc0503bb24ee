"""A suite: which items, how the coder is asked, which metrics. YAML: of the package, or one's own file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from janus_reward.coder_eval.measures import MEASURES
from janus_reward.errors import InputError, RubricError
from janus_reward.rubric_file import describe, read_document
from janus_reward.triple import Domain, Task


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ItemSource(_Part):
    """Where the items lie and which of them count.

    Args:
        file: name below the data folder (`--data`), also one folder down.
        hub: `ORG/NAME[#CONFIG][:SPLIT]`, used when there is no such file.
        where: path of a field to the value, or list of values, that it must have.
        one_of: path of a field; only the first item with each of its values counts.
    """

    file: str | None = None
    hub: str | None = None
    where: dict[str, Any] = Field(default_factory=dict)
    one_of: str | None = None


class FieldsOfTests(_Part):
    """How an answer is tested.

    Args:
        format: `humaneval` (a `check` function over an entry point) or `mbpp` (asserts).
        prompt, entry_point, test, setup: paths of the fields; `test` may hold a list of lines.
        timeout_s: for one program.
    """

    format: Literal["humaneval", "mbpp"]
    test: str
    prompt: str | None = None
    entry_point: str | None = None
    setup: str | None = None
    timeout_s: float = Field(default=10, gt=0, le=120)


class FieldsOfData(_Part):
    """A table that lies beside every answer when it runs.

    Args:
        file: name that programs read it by.
        text: path of the field with its content.
        load: path of the field with the code that reads it into `df`; run before the answer.
    """

    file: Annotated[str, Field(pattern=r"^[\w-]+(\.[\w-]+)*$")] = "data.csv"
    text: str
    load: str


class SuiteSampling(_Part):
    """How answers are drawn: n of each item, with the seeds `seed`, `seed + 1`, ..."""

    n: Annotated[int, Field(ge=1, le=1000)] = 1
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    max_tokens: Annotated[int, Field(ge=16, le=131_072)] = 2048
    seed: Annotated[int, Field(ge=0, lt=2**30)] = 0


class Suite(_Part):
    """A suite.

    Args:
        title: what it is, for people.
        source, licence: of the items.
        note: what a reader of its numbers should know.
        items: where they lie.
        map: field of a triple to path in the rows, or to several that are joined; `code` is the reference answer.
        language, domain, task: of all items, where the rows do not say.
        prompt: name of a template of the package, or of a `.j2` file beside the suite's.
        show: pictures shown to the coder.
        answers_are_references: whether the rows' code is a correct answer that answers are compared with.
        tests: for code that is run against tests; `data`: for code that plots a table.
        metrics: names of `MEASURES`, in the order of the table.
        k: of pass@k.
        sampling: how answers are drawn.
    """

    title: str
    source: str | None = None
    licence: str | None = None
    note: str | None = None
    items: ItemSource
    map: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    language: str | None = None
    domain: Domain | None = None
    task: Task | None = None
    prompt: str
    show: Literal["nothing", "reference", "before"] = "nothing"
    answers_are_references: bool = True
    tests: FieldsOfTests | None = None
    data: FieldsOfData | None = None
    metrics: tuple[str, ...] = Field(min_length=1)
    k: tuple[Annotated[int, Field(ge=1)], ...] = (1,)
    sampling: SuiteSampling = SuiteSampling()

    @field_validator("metrics")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in names if name not in MEASURES]
        if unknown:
            raise ValueError(f"unknown metric {unknown[0]!r}; known: {', '.join(MEASURES)}")
        return names


def suite_names() -> list[str]:
    """The suites of the package."""
    folder = files("janus_reward.coder_eval") / "suites"
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


def load_suite(named: str) -> tuple[Suite, Path]:
    """A suite of the package by name, or a file of one's own; with the path of the file.

    Raises:
        InputError: there is no such suite, or the file is wrong (with its line).
    """
    path = Path(named)
    if not named.endswith((".yaml", ".yml")):
        if named not in suite_names():
            raise InputError(f"unknown suite {named!r}", hint=f"Known: {', '.join(suite_names())}; or a .yaml file.")
        path = Path(str(files("janus_reward.coder_eval") / "suites" / f"{named}.yaml"))
    try:
        document = read_document(path)
        return Suite.model_validate(document.content), path
    except RubricError as error:
        raise InputError(error.message, hint="See docs/eval-coder.md.") from None
    except ValidationError as error:
        raise InputError(describe(error, document).message, hint="See docs/eval-coder.md.") from None
