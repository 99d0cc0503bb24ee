"""A judge's report card: what it sees of known damage, and what moves it that should not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from janus_reward.agreement.statistics import Estimate, bootstrapped, spearman, wilson
from janus_reward.errors import InputError
from janus_reward.run import Run

_RAISED = 0.05
"""Points from which on a text that begs counts as having raised a score."""

_COLUMNS = ("good_id", "bad_id", "kind", "family", "lowers", "holdout_kind", "holdout_source")

_LENGTH = ("code.filler_comments", "code.copy_paste", "code.dead_code", "html.padding_text")
_COMMENTS = ("harmless.comments", "code.filler_comments", "code.misleading_comments", "attack.comment")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the card.

    Args:
        section, name: where it stands.
        estimate: a share, a correlation or points; its `n` is the number of pairs or rows.
        unit: `share`, `points` or `correlation`.
    """

    section: str
    name: str
    estimate: Estimate
    unit: str


@dataclass(frozen=True, slots=True)
class Card:
    """The whole card: which judge, how much it scored, and the lines in order."""

    judge: str
    revision: str
    rows: int
    scored: int
    lines: Sequence[Line] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class _Pair:
    kind: str
    family: str
    group: str
    lowers: tuple[str, ...]
    held_out: bool
    good: float
    bad: float
    comments: float | None

    @property
    def drop(self) -> float:
        return self.good - self.bad


def judge_card(run: Run, pairs: Path, retest: Run | None = None) -> Card:
    """Make the card of the judge that scored `run`.

    Args:
        run: a run over the `triples.jsonl` that `training/corrupt.py` wrote.
        pairs: the `pairs.parquet` beside it.
        retest: a second run of the same judge over the same triples.

    Raises:
        InputError: the pairs cannot be read, or the run holds none of them.
    """
    rows = {row["id"]: row for row in run.table(_wanted(run)).to_pylist()}
    read = list(_pairs(rows, _read(pairs)))
    if not read:
        raise InputError(f"{run.path} scored no pair of {pairs}", hint="Score the triples.jsonl beside the pairs.")
    lines = [*_damage(read), *_controls(read), *_biases(read, rows), *_probes(read)]
    if retest is not None:
        lines += _retest(rows, {row["id"]: row for row in retest.table(_wanted(retest)).to_pylist()})
    settings = run.manifest["settings"]["judge"]
    scored = sum(row["score"] is not None for row in rows.values())
    return Card(settings["name"], settings["revision"], len(rows), scored, tuple(lines))


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = pq.read_table(file, columns=list(_COLUMNS)).to_pylist()
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"cannot read {file}: {error}", hint="It is written by training/corrupt.py.") from error
    return rows


def _wanted(run: Run) -> list[str]:
    return ["id", "code", "score", *_criteria(run)]


def _criteria(run: Run) -> list[str]:
    names = set(run.schema_names)
    return [
        name.removesuffix("_reason") for name in run.schema_names if name.endswith("_reason") and name[:-7] in names
    ]


def _pairs(rows: Mapping[str, Mapping[str, Any]], pairs: Iterable[Mapping[str, Any]]) -> Iterable[_Pair]:
    for pair in pairs:
        good, bad = rows.get(pair["good_id"]), rows.get(pair["bad_id"])
        if good is None or bad is None:
            continue
        before, after = _overall(good), _overall(bad)
        if before is None or after is None:
            continue
        yield _Pair(
            pair["kind"],
            pair["family"],
            pair["good_id"],
            tuple(pair["lowers"]),
            bool(pair["holdout_kind"] or pair["holdout_source"]),
            before,
            after,
            _difference(bad.get("task_completion"), good.get("task_completion")),
        )


def _overall(row: Mapping[str, Any]) -> float | None:
    """The total, or the mean of the criteria where there can be none (no instruction)."""
    if row["score"] is not None:
        return float(row["score"])
    scored = [value for name, value in row.items() if name not in ("id", "code", "score") and value is not None]
    return sum(scored) / len(scored) if scored else None


def _difference(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _damage(pairs: Sequence[_Pair]) -> Iterable[Line]:
    harmful = [pair for pair in pairs if pair.lowers]
    title = "Damaged twin below its good one"
    yield _below(title, "kinds and sources that were fitted on", [pair for pair in harmful if not pair.held_out])
    yield _below(title, "held-out kinds and sources", [pair for pair in harmful if pair.held_out])
    for family in sorted({pair.family for pair in harmful}):
        yield _below(title, f"family {family}", [pair for pair in harmful if pair.family == family])
    for kind in sorted({pair.kind for pair in harmful}):
        yield _below(f"{title}, by kind", kind, [pair for pair in harmful if pair.kind == kind])


def _below(section: str, name: str, pairs: Sequence[_Pair]) -> Line:
    return Line(section, name, wilson(sum(pair.drop > 1e-9 for pair in pairs), len(pairs)), "share")


def _controls(pairs: Sequence[_Pair]) -> Iterable[Line]:
    harmless = [pair for pair in pairs if pair.family == "harmless"]
    for kind in ("all", *sorted({pair.kind for pair in harmless})):
        chosen = [pair for pair in harmless if kind in ("all", pair.kind)]
        yield _mean("Harmless changes, mean shift", kind, chosen, lambda pair: abs(pair.drop))


def _biases(pairs: Sequence[_Pair], rows: Mapping[str, Mapping[str, Any]]) -> Iterable[Line]:
    goods = sorted({pair.group for pair in pairs})
    known = [(len(rows[id_]["code"] or ""), _overall(rows[id_])) for id_ in goods]
    length = np.array([chars for chars, score in known if score is not None], dtype=float)
    score = np.array([score for _, score in known if score is not None], dtype=float)
    ids = [id_ for id_, (_, score) in zip(goods, known, strict=True) if score is not None]
    found = bootstrapped(lambda at: spearman(length[at], score[at]), ids)
    yield Line("Biases", "length: score against characters of good code", found, "correlation")
    longer = [pair for pair in pairs if pair.kind in _LENGTH]
    yield _mean("Biases", "length: score gained by filler", longer, lambda pair: -pair.drop)
    commented = [pair for pair in pairs if pair.kind in _COMMENTS and pair.comments is not None]
    yield _mean("Biases", "comments: completion gained by them", commented, lambda pair: pair.comments or 0.0)


def _probes(pairs: Sequence[_Pair]) -> Iterable[Line]:
    blank = [pair for pair in pairs if pair.family == "picture"]
    yield _below("Probes", "blank or hidden picture scored below", blank)
    mismatch = [pair for pair in pairs if pair.kind == "instruction.mismatch"]
    yield _below("Probes", "instruction of another triple scored below", mismatch)
    begging = [pair for pair in pairs if pair.family == "attack"]
    raised = wilson(sum(-pair.drop > _RAISED for pair in begging), len(begging))
    yield Line("Probes", f"text that begs: scores raised by more than {_RAISED}", raised, "share")
    yield _mean("Probes", "text that begs: score gained", begging, lambda pair: -pair.drop)


def _retest(first: Mapping[str, Mapping[str, Any]], second: Mapping[str, Mapping[str, Any]]) -> Iterable[Line]:
    both = [(first[id_]["score"], second[id_]["score"]) for id_ in first if id_ in second]
    same = sum(a == b for a, b in both)
    yield Line("Test-retest", "rows with the same score", wilson(same, len(both)), "share")
    gaps = np.array([abs(a - b) for a, b in both if a is not None and b is not None])
    names = [str(at) for at in range(len(gaps))]
    mean = bootstrapped(lambda at: float(gaps[at].mean()) if len(at) else None, names)
    yield Line("Test-retest", "mean difference", mean, "points")


def _mean(section: str, name: str, pairs: Sequence[_Pair], value: Callable[[_Pair], float]) -> Line:
    values = np.array([value(pair) for pair in pairs])
    found = bootstrapped(
        lambda at: float(values[at].mean()) if len(at) else None, [pair.group for pair in pairs], rounds=300
    )
    return Line(section, name, found, "points")
