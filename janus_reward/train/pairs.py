"""Pairs of a better and a worse answer: damaged twins, answers to one prompt by score, votes of people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq

from janus_reward.agreement.labels import PairLabels, read_labels
from janus_reward.errors import InputError
from janus_reward.train.answers import Answer

MARGINS: Mapping[int, float] = {0: 0.0, 1: 0.3, 2: 0.7, 3: 1.2}
"""Points that damage of each severity must cost; a harmless change costs nothing."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair.

    Args:
        better, worse: ids.
        margin: points on the 1-5 scale by which they should differ.
        origin: what says so.
        kind: of the damage; empty for other origins.
        lowers: criteria that must be lower for the worse one.
        keeps: criteria that must not move.
        equal: the two are equally good (a harmless change).
        held_out_kind: such damage is kept from training.
    """

    better: str
    worse: str
    margin: float
    origin: Literal["damage", "control", "best_of_n", "votes"]
    kind: str = ""
    severity: int = 0
    lowers: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    equal: bool = False
    held_out_kind: bool = False


def damaged(path: Path, answers: Mapping[str, Answer], left_out: Counter[str]) -> list[Pair]:
    """Pairs that `training/corrupt.py` wrote. Raises InputError when the file is none of it."""
    try:
        rows = pq.read_table(path).to_pylist()
        known = [row for row in rows if row["good_id"] in answers and row["bad_id"] in answers]
        left_out["damage: a side is not in the run"] += len(rows) - len(known)
        return [_damaged(row) for row in known]
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be read as pairs ({error!r})", hint="Give pairs.parquet of corrupt.py."
        ) from error


def voted(path: Path, answers: Mapping[str, Answer], left_out: Counter[str]) -> list[Pair]:
    """Pairs that people decided; the margin is the lead in votes, at most one point."""
    labels = read_labels(path)
    if not isinstance(labels, PairLabels):
        raise InputError(f"{path} holds ratings, not votes", hint="Rows need a, b and votes_a, votes_b or preferred.")
    found = []
    for a, b, lead in zip(labels.a, labels.b, labels.lead.tolist(), strict=True):
        if lead == 0 or a not in answers or b not in answers:
            left_out["votes: a tie, or a side is not in the run"] += 1
            continue
        better, worse = (a, b) if lead > 0 else (b, a)
        found.append(Pair(better, worse, min(1.0, abs(float(lead))), "votes"))
    return found


def best_of_n(answers: Mapping[str, Answer], margin: float, most: int) -> list[Pair]:
    """The best scored answer of each prompt beside worse ones, spread over the range; damaged twins are no answers."""
    prompts: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers.values():
        if answer.score is not None and answer.root == answer.id:
            prompts[answer.instruction_key].append(answer)
    return [pair for key in sorted(prompts) for pair in _spread(prompts[key], margin, most)]


def _spread(group: list[Answer], margin: float, most: int) -> Iterator[Pair]:
    ordered = sorted(group, key=lambda answer: (-(answer.score or 0.0), answer.id))
    best = ordered[0]
    worse = [answer for answer in ordered if (best.score or 0.0) - (answer.score or 0.0) >= margin]
    step = max(1.0, len(worse) / most)
    for at in range(min(most, len(worse))):
        other = worse[len(worse) - 1 - int(at * step)]
        yield Pair(best.id, other.id, round((best.score or 0.0) - (other.score or 0.0), 6), "best_of_n")


def _damaged(row: Mapping[str, Any]) -> Pair:
    harmless = row["severity"] == 0
    return Pair(
        better=row["good_id"],
        worse=row["bad_id"],
        margin=MARGINS[row["severity"]],
        origin="control" if harmless else "damage",
        kind=row["kind"],
        severity=row["severity"],
        lowers=tuple(row["lowers"]),
        keeps=tuple(row["keeps"]),
        equal=harmless,
        held_out_kind=row["holdout_kind"],
    )
