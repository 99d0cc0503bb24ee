"""The items of a suite: rows of a dataset as tasks for a coder, with the reference answer and the tests beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from janus_reward.coder_eval.programs import ProgramTests
from janus_reward.coder_eval.suite import FieldsOfTests, Suite
from janus_reward.coder_eval.tables import Table
from janus_reward.dataset.detect import detect_reader
from janus_reward.dataset.reader import Reader
from janus_reward.dataset.single import triple_from
from janus_reward.errors import InputError
from janus_reward.triple import Triple


@dataclass(frozen=True, slots=True)
class Item:
    """One task.

    Args:
        triple: instruction, state before, reference pictures, checklist; `code` is the reference answer or `None`.
        tests: for code that is run; `table`: for code that plots one.
    """

    triple: Triple
    tests: ProgramTests | None = None
    table: Table | None = None

    def program(self, code: str) -> str:
        """What is run of an answer: behind the code that loads its table, where it has one."""
        return code if self.table is None else self.table.before(code)


class Items:
    """The items of a suite, in the order of their source; read anew each time.

    Args:
        suite: says where they lie.
        data: folder that `items.file` is below; the working folder when `None`.
        limit: only the first ones that count.

    Raises:
        InputError: they are nowhere, with where they can be had.
    """

    def __init__(self, suite: Suite, data: Path | None = None, limit: int | None = None) -> None:
        self._suite, self._limit = suite, limit
        self._reader = _reader(suite, data or Path.cwd())

    def fingerprint(self) -> str:
        """Sha256 hex of the source."""
        return self._reader.fingerprint()

    def __iter__(self) -> Iterator[Item]:
        seen: set[str] = set()
        row = 0
        for raw in self._reader.rows():
            if self._limit is not None and row >= self._limit:
                return
            if raw.data is None or not self._counts(raw.data, seen):
                continue
            yield _item(self._suite, raw.data, row, raw.folder)
            row += 1

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _counts(self, data: Mapping[str, Any], seen: set[str]) -> bool:
        asked = self._suite.items
        for path, wanted in asked.where.items():
            allowed = wanted if isinstance(wanted, list) else [wanted]
            if at(data, path) not in allowed:
                return False
        if asked.one_of is None:
            return True
        name = str(at(data, asked.one_of))
        new = name not in seen
        seen.add(name)
        return new


def at(data: Any, path: str) -> Any:
    """The value at a dotted path, through mappings and lists; `None` where it ends."""
    for step in path.split("."):
        if isinstance(data, Mapping):
            data = data.get(step)
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data


def _reader(suite: Suite, data: Path) -> Reader:
    named = suite.items
    if named.file is not None:
        found = [data / named.file, *sorted(data.glob(f"*/{named.file}"))]
        for path in found:
            if path.exists():
                return detect_reader(str(path))
    if named.hub is not None and named.file is None:
        return detect_reader(f"hf:{named.hub}")
    elsewhere = f" It can be had from {suite.source}." if suite.source else ""
    raise InputError(
        f"{named.file} is not below {data}", hint=f"Give the folder it lies in with --data DIR.{elsewhere}"
    )


def _item(suite: Suite, data: Mapping[str, Any], row: int, folder: Path | None) -> Item:
    fields: dict[str, Any] = {name: data[name] for name in _FIELDS if name in data}
    fields |= {name: _mapped(data, path) for name, path in suite.map.items()}
    for name in ("language", "domain", "task"):
        if getattr(suite, name) is not None:
            fields[name] = getattr(suite, name)
    fields["checklist"] = _questions(fields.get("checklist"))
    fields["id"] = str(fields.get("id") or row)
    triple = triple_from({name: value for name, value in fields.items() if value not in (None, [])}, row, folder)
    if not suite.answers_are_references:
        triple = replace(triple, code=None)
    tests = _tests(suite.tests, data) if suite.tests else None
    return Item(triple, tests, Table.of(suite.data, partial(at, data)) if suite.data else None)


_FIELDS = ("id", "instruction", "code", "language", "domain", "task", "reference", "before", "checklist", "meta")


def _mapped(data: Mapping[str, Any], path: str | tuple[str, ...]) -> Any:
    if isinstance(path, str):
        return at(data, path)
    return "\n".join(str(text) for part in path if (text := at(data, part)))


def _questions(given: Any) -> list[str]:
    """A checklist as texts: plain questions, {title, description}, or {checklist: [...]} for each screenshot."""
    found: list[str] = []
    for entry in given if isinstance(given, list) else []:
        if isinstance(entry, str):
            found.append(entry)
        elif isinstance(entry, Mapping) and isinstance(entry.get("checklist"), list):
            found += [str(question) for question in entry["checklist"]]
        elif isinstance(entry, Mapping) and entry.get("title"):
            found.append(" ".join(str(entry[name]) for name in ("title", "description") if entry.get(name)))
    return found


def _tests(fields: FieldsOfTests, data: Mapping[str, Any]) -> ProgramTests:
    def text(path: str | None) -> str:
        value = at(data, path) if path else None
        return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")

    return ProgramTests(
        fields.format,
        text(fields.test),
        text(fields.prompt),
        text(fields.entry_point),
        text(fields.setup),
        fields.timeout_s,
    )
