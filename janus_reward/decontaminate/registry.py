"""The registry of benchmarks: what each is called, where its data lives, which fields are question and answer."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from janus_reward.errors import InputError


class Fields(BaseModel):
    """Paths of an item's fields; a list is joined by line breaks, the first of alternatives (`a|b`) that is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = None
    question: str | list[str] | None = None
    answer: str | list[str] | None = None
    code: str | list[str] | None = None
    """What is compared by structure; the answer when absent."""
    picture: str | None = None
    """Path of the reference picture, from the folder of the data file."""


class Benchmark(BaseModel):
    """One benchmark of the registry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    licence: str | None = None
    home: str | None = None
    hub: str | None = None
    """Where the items can be had on the Hub: `ORG/NAME[#CONFIG][:SPLIT]`."""
    file: str | None = None
    """Name of the items' file below the data folder."""
    revision: str | None = None
    """Release or commit that the file is of."""
    sha256: str | None = None
    """Of that file; another file is of no known revision."""
    language: str | None = None
    fields: Fields = Field(default_factory=Fields)
    sources: tuple[str, ...] = ()
    """Words in `meta.source` that mean: this row comes from where the benchmark itself was taken from."""
    note: str | None = None


class Registry:
    """Benchmarks by id."""

    def __init__(self, benchmarks: Iterable[Benchmark]) -> None:
        self._benchmarks = {benchmark.id: benchmark for benchmark in benchmarks}

    @classmethod
    def load(cls, path: Path | None = None) -> Registry:
        """The registry of the package, or of a YAML file of the same form.

        Raises:
            InputError: the file cannot be read, or an entry is wrong (it is named).
        """
        try:
            text = (path or files("janus_reward.decontaminate") / "benchmarks.yaml").read_text(encoding="utf-8")
            entries = yaml.safe_load(text)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise InputError(f"cannot read the registry {path}: {error}") from error
        if not isinstance(entries, dict) or not isinstance(entries.get("benchmarks"), list):
            raise InputError(f"{path}: a registry is a mapping with the list `benchmarks`")
        return cls(_entry(number, entry, path) for number, entry in enumerate(entries["benchmarks"], 1))

    def __iter__(self) -> Any:
        return iter(self._benchmarks.values())

    def __len__(self) -> int:
        return len(self._benchmarks)

    def find(self, ref: str) -> tuple[Benchmark, str | None]:
        """A benchmark and the file named for it: `id`, `id=FILE`, or a file of items (fields are guessed).

        Raises:
            InputError: no such id, and no such file.
        """
        name, _, path = ref.partition("=")
        if name in self._benchmarks:
            return self._benchmarks[name], path or None
        if path:
            raise InputError(f"no benchmark is called {name!r}", hint=self._known())
        if Path(ref).is_file():
            stem = Path(ref).name.partition(".")[0]
            return Benchmark(id=stem, title=stem, fields=GUESSED), ref
        raise InputError(f"{ref!r} is neither a benchmark of the registry nor a file", hint=self._known())

    def _known(self) -> str:
        return f"Known: {', '.join(sorted(self._benchmarks))}; or id=FILE; or a file of items."


GUESSED = Fields(
    id="id|task_id|uid|index",
    question="instruction|question|prompt|problem|description|query|text",
    answer="code|canonical_solution|answer|output|solution|response",
    picture="picture|image|render",
)
"""Fields of a file that no registry entry describes."""


def _entry(number: int, entry: Any, path: Path | None) -> Benchmark:
    try:
        return Benchmark.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"{path or 'benchmarks.yaml'}: entry {number}: {where}: {first['msg']}") from error
