"""Reads human labels: ratings of single triples, or votes between two of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.errors import InputError

RATING_FIELDS = ("score", "label", "rating", "ratings", "grade", "grades", "expert", "experts", "mean_checklist_score")
"""Fields that are taken for the ratings when none is named."""

_PAIR_FIELDS = {"a", "b"}


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings by triple.

    Args:
        ids: (n,) ids of triples.
        values: (n, raters) with NaN where a rater did not rate.
        groups: (n,) names of what belongs together (a task, a page), equal to the ids when nothing was named.
        field: the field they were read from.
    """

    ids: tuple[str, ...]
    values: NDArray[np.float64]
    groups: tuple[str, ...]
    field: str

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean over the raters of each triple, (n,)."""
        return np.asarray(np.nanmean(self.values, axis=1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class PairLabels:
    """Which of two triples people prefer: `lead` (n,) is above 0 where `a` won, below 0 where `b` did, 0 for a tie."""

    a: tuple[str, ...]
    b: tuple[str, ...]
    lead: NDArray[np.float64]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of both sides."""
        return self.a + self.b


def read_labels(path: str | Path, field: str | None = None, group: str | None = None) -> Ratings | PairLabels:
    """Read a label file: JSONL, JSON (a list) or CSV.

    A row has `id` and a number or a list of numbers (one a rater), or `a`, `b` and either `votes_a` and `votes_b` or
    `preferred` (`a`, `b` or `tie`).

    Args:
        path: the file.
        field: where the ratings are; found by its usual names when absent.
        group: field of what belongs together.

    Raises:
        InputError: the file cannot be read or a row is not as described; the message names file and row.
    """
    file = Path(path)
    rows = list(_rows(file))
    if not rows:
        raise InputError(f"{file} holds no labels", hint="Each row has an `id` of the run and a rating, or two ids.")
    if rows[0].keys() >= _PAIR_FIELDS:
        return _pairs(file, rows)
    return _ratings(file, rows, field or _rating_field(file, rows[0]), group)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    if file.suffix == ".csv":
        yield from csv.DictReader(text.splitlines())
        return
    for number, value in _json_values(file, text):
        if not isinstance(value, dict):
            raise InputError(f"{file}, row {number}: a label is an object with an id")
        yield value


def _json_values(file: Path, text: str) -> Iterator[tuple[int, Any]]:
    number = 1
    try:
        if text.lstrip().startswith("["):
            yield from enumerate(json.loads(text), start=1)
            return
        for row, line in enumerate(text.splitlines(), start=1):
            number = row
            if line.strip():
                yield row, json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        hint = "Labels are JSONL, a JSON list, or CSV."
        raise InputError(f"{file}, row {number}: not JSON: {error}", hint=hint) from error


def _rating_field(file: Path, row: dict[str, Any]) -> str:
    known = [name for name in RATING_FIELDS if name in row]
    if not known:
        raise InputError(
            f"{file}: no field with ratings among {', '.join(map(str, row))}", hint="Name it with --field."
        )
    return known[0]


def _ratings(file: Path, rows: Sequence[dict[str, Any]], field: str, group: str | None) -> Ratings:
    found: dict[str, list[float]] = {}
    groups: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        id_ = row.get("id")
        if id_ is None or field not in row:
            raise InputError(f"{file}, row {number}: a rating has `id` and `{field}`")
        values = _numbers(file, number, row[field])
        if values:
            found[str(id_)] = values
            groups[str(id_)] = str(row.get(group, id_)) if group else str(id_)
    width = max((len(values) for values in found.values()), default=0)
    table = np.full((len(found), width), np.nan)
    for at, values in enumerate(found.values()):
        table[at, : len(values)] = values
    return Ratings(tuple(found), table, tuple(groups.values()), field)


def _numbers(file: Path, number: int, value: Any) -> list[float]:
    items = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    try:
        numbers = [float(item) for item in items if item not in (None, "")]
    except (TypeError, ValueError) as error:
        raise InputError(f"{file}, row {number}: {value!r:.80} is not a number or a list of numbers") from error
    if not all(np.isfinite(numbers)):
        raise InputError(f"{file}, row {number}: a rating is a finite number")
    return numbers


def _pairs(file: Path, rows: Sequence[dict[str, Any]]) -> PairLabels:
    leads = [_lead(file, number, row) for number, row in enumerate(rows, start=1)]
    return PairLabels(tuple(str(row["a"]) for row in rows), tuple(str(row["b"]) for row in rows), np.array(leads))


def _lead(file: Path, number: int, row: dict[str, Any]) -> float:
    preferred = {"a": 1.0, "b": -1.0, "tie": 0.0}
    if str(row.get("preferred")) in preferred:
        return preferred[str(row["preferred"])]
    try:
        return float(row["votes_a"]) - float(row["votes_b"])
    except (KeyError, TypeError, ValueError) as error:
        hint = "A pair has `a`, `b` and `votes_a`, `votes_b` or `preferred`."
        raise InputError(f"{file}, row {number}: no votes", hint=hint) from error
