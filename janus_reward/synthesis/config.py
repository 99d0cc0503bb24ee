"""What a synthesis file may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from janus_reward.errors import InputError, RubricError
from janus_reward.rubric_file import describe, read_document
from janus_reward.synthesis.strategies import STRATEGIES


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class StrategyPart(_Part):
    """One strategy.

    Args:
        jobs: how many triples it may try to make.
        pairs: for translation: (source language, target language).
        lines: for reverse instruction: lines of a fragment.
    """

    jobs: Annotated[int, Field(ge=1)]
    pairs: tuple[tuple[str, str], ...] = (("python", "vega-lite"), ("svg", "html"))
    lines: Annotated[int, Field(ge=5, le=400)] = 40


class Accept(_Part):
    """Which verdicts keep a triple: least total, least score by criterion, flags that reject."""

    min_score: Annotated[float, Field(ge=1, le=5)] | None = 4.0
    floors: dict[str, float] = Field(default_factory=dict)
    reject_flags: tuple[str, ...] = ("grader_text",)


class Diversity(_Part):
    """How alike kept triples may be.

    Args:
        threshold: Jaccard similarity of word pairs from which an instruction repeats an earlier one.
        quota: most kept triples of one slice of the taxonomy.
    """

    threshold: Annotated[float, Field(gt=0, le=1)] = 0.6
    quota: Annotated[int, Field(ge=1)] | None = None


class Drawing(_Part):
    """How the generator's tokens are drawn."""

    temperature: Annotated[float, Field(ge=0, le=2)] = 0.7
    top_p: Annotated[float, Field(gt=0, le=1)] = 0.95
    max_tokens: Annotated[int, Field(ge=64, le=65_536)] = 2048
    max_instruction_tokens: Annotated[int, Field(ge=32, le=8192)] = 400


class SynthesisConfig(_Part):
    """A whole synthesis.

    Args:
        generator: address, weights, generator file, or a generator spelled out; as for `eval coder`.
        judge: `evidence`, or a judge file.
        same_model: allow a generator that is its own judge.
        seeds: a dataset of verified triples, as for `score dataset`.
        sources: a dataset of code files for reverse instruction; the seeds' code when absent.
        taxonomy: names of shipped taxonomies, or files beside this one.
        strategies: what to run, in this order.
        tries: most attempts at one triple.
        together: plans that go through their rounds together; the unit of resuming.
        accept: what the judge must say.
        seed: for every random choice.
    """

    generator: str | dict[str, Any]
    generator_name: str | None = None
    judge: str = "evidence"
    same_model: bool = False
    seeds: str
    sources: str | None = None
    taxonomy: tuple[str, ...] = ("chart",)
    strategies: dict[str, StrategyPart] = Field(min_length=1)
    tries: Annotated[int, Field(ge=1, le=20)] = 3
    together: Annotated[int, Field(ge=1, le=4096)] = 32
    accept: Accept = Accept()
    diversity: Diversity = Diversity()
    drawing: Drawing = Drawing()
    render: Literal["auto", "always"] = "auto"
    seed: int = 0

    @field_validator("strategies")
    @classmethod
    def _known(cls, parts: dict[str, StrategyPart]) -> dict[str, StrategyPart]:
        unknown = [name for name in parts if name not in STRATEGIES]
        if unknown:
            raise ValueError(f"unknown strategy {unknown[0]!r}; known: {', '.join(STRATEGIES)}")
        return parts


def read_config(path: str | Path) -> tuple[SynthesisConfig, Path]:
    """Read and check a synthesis file; with the folder that its paths are relative to.

    Raises:
        InputError: it cannot be read or is wrong; the message names file and line.
    """
    file = Path(path)
    try:
        document = read_document(file)
        config = SynthesisConfig.model_validate(document.content)
    except RubricError as error:
        raise InputError(error.message, hint="See docs/synthesize.md.") from None
    except ValidationError as error:
        raise InputError(describe(error, document).message, hint="See docs/synthesize.md.") from None
    places = {name: _beside(file.parent, getattr(config, name)) for name in ("seeds", "sources", "judge")}
    return config.model_copy(update=places), file.parent


def _beside(folder: Path, named: str | None) -> str | None:
    """A path that is there beside the file; anything else (a Hub id, a name) as it is."""
    return str(folder / named) if named is not None and (folder / named).exists() else named
