"""What a policy asks of each row by itself, in order: errors, outcome, flags, relations, licence, scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from janus_reward.select.decisions import Decisions, Mask
from janus_reward.select.policy import Licence, Rules, When
from janus_reward.select.quantity import Quantity, criterion, needed_criteria
from janus_reward.select.relations import Removal, contaminated, duplicates, places
from janus_reward.select.rows import Codes, Rows


def fits(rows: Rows, when: When) -> Mask:
    """Rows that an exception is for, (n,)."""
    found = np.ones(len(rows), dtype=bool)
    for column in ("domain", "task", "language"):
        wanted = getattr(when, column)
        if wanted:
            codes, names = rows.words(column)
            found &= np.isin(codes, [at for at, name in enumerate(names) if name in wanted])
    return found


def screen_errors(rows: Rows, decisions: Decisions) -> None:
    """Rows that could not be read, or on which our own machinery failed, are no training data."""
    codes, _ = rows.words("error")
    decisions.settle("drop", codes >= 0, "error: bad row")


def screen_facts(rows: Rows, rules: Rules, where: Mask, decisions: Decisions) -> None:
    """Outcome, flags and gates."""
    codes, names = rows.words("outcome")
    wrong = [at for at, name in enumerate(names) if name not in rules.outcomes]
    decisions.settle_each("drop", np.where(where & np.isin(codes, wrong), codes, -1), names, "outcome")
    for column, rejected, step in (("flags", rules.reject_flags, "flag"), ("gates", rules.reject_gates, "gate")):
        if not rejected:
            continue
        codes, names = first_of(rows.lists(column), rejected)
        decisions.settle_each("drop", np.where(where, codes, -1), names, step)


def screen_relations(rows: Rows, decisions: Decisions, dedup: Path | None, contamination: Path | None) -> None:
    """What `decontaminate` and `dedup` removed; the detail names the benchmark item or the survivor."""
    if contamination is not None:
        _remove(rows, decisions, contaminated(contamination), "contaminated")
    if dedup is not None:
        _remove(rows, decisions, duplicates(dedup), "duplicate")


def screen_licence(rows: Rows, licence: Licence, decisions: Decisions) -> None:
    """The licence that a row's meta names."""
    codes, names = rows.slices(f"meta.{licence.field}")
    allow, deny = {name.lower() for name in licence.allow}, {name.lower() for name in licence.deny}
    decisions.settle(licence.unknown, codes == len(names) - 1, "licence: not named")
    wrong = [at for at, name in enumerate(names[:-1]) if name.lower() in deny or (allow and name.lower() not in allow)]
    decisions.settle_each("drop", np.where(np.isin(codes, wrong), codes, -1).astype(np.int32), names, "licence")


def screen_scores(
    rows: Rows, rules: Rules, where: Mask, decisions: Decisions, found: Quantity, cut: float | None
) -> None:
    """The band for people, the cut, and the floors; first of all, rows that lack a number that is asked for."""
    decisions.settle_each(rules.unscored, np.where(where, found.why, -1), found.reasons, "unscored")
    floors = needed_criteria(rows, rules.floors)
    columns = {name: criterion(rows, name) for name in floors}
    for name, column in columns.items():
        why = np.where(where & (column.why >= 0) & applies(column), column.why, -1)
        decisions.settle_each(rules.unscored, why, [f"{name} {reason}" for reason in column.reasons], "unscored")
    if cut is not None:
        margin = rules.review.margin
        decisions.settle("drop", where & (found.values < cut - margin), f"score: below {cut:g}")
    for name, floor in floors.items():
        low = where & applies(columns[name]) & (columns[name].values < floor)
        decisions.settle("drop", low, f"floor: {name} below {floor:g}")
    _screen_review(rows, rules, where, decisions, found, cut)


def applies(column: Quantity) -> Mask:
    """Rows whose rubric has the criterion, (n,)."""
    if "not_applicable" not in column.reasons:
        return np.ones(len(column.values), dtype=bool)
    return np.asarray(column.why != column.reasons.index("not_applicable"))


def first_of(lists: pa.ListArray, wanted: Sequence[str]) -> tuple[Codes, list[str]]:
    """For each list (n,) the first word that is wanted (`*` wants all), as a code into names; -1 for none."""
    codes = np.full(len(lists), -1, dtype=np.int32)
    words = pc.list_flatten(lists)
    if not wanted or not len(words):
        return codes, []
    names = sorted(set(words.to_pylist()) - {None}) if "*" in wanted else list(wanted)
    place = pc.index_in(words, value_set=pa.array(names, words.type)).fill_null(-1).to_numpy(zero_copy_only=False)
    parent = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    for at in np.flatnonzero(place >= 0)[::-1]:
        codes[parent[at]] = place[at]
    return codes, names


def _screen_review(
    rows: Rows, rules: Rules, where: Mask, decisions: Decisions, found: Quantity, cut: float | None
) -> None:
    review = rules.review
    if review.flags:
        codes, names = first_of(rows.lists("flags"), review.flags)
        decisions.settle_each("review", np.where(where, codes, -1), names, "review flag")
    if cut is not None and review.margin:
        close = where & (np.abs(found.values - cut) < review.margin)
        decisions.settle("review", close, f"review: within {review.margin:g} of {cut:g}")
        decisions.settle("drop", where & (found.values < cut), f"score: below {cut:g}")
    if review.confidence is not None:
        unsure = where & (rows.numbers("confidence") < review.confidence)
        decisions.settle("review", unsure, f"review: confidence below {review.confidence:g}")


def _remove(rows: Rows, decisions: Decisions, removals: Iterable[Removal], step: str) -> None:
    listed = list(removals)
    at = places(rows.ids, listed)
    names = sorted({removal.what for removal in listed})
    codes = np.full(len(rows), -1, dtype=np.int32)
    number, free = {name: code for code, name in enumerate(names)}, decisions.open
    for place, removal in zip(at.tolist(), listed, strict=True):
        if place >= 0 and free[place] and codes[place] < 0:
            codes[place] = number[removal.what]
            decisions.details[place] = removal.detail
    decisions.settle_each("drop", codes, names, step)
