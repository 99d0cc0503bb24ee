"""The number by which a policy ranks and cuts, and the reasons of the rows that have none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_reward.errors import InputError
from janus_reward.select.policy import Score
from janus_reward.select.rows import Codes, Floats, Rows


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number per row or the reason why there is none.

    Args:
        values: (n,), NaN where unscored.
        why: (n,) places in `reasons`; -1 where there is a value.
        reasons: names.
    """

    values: Floats
    why: Codes
    reasons: list[str]


def quantity(rows: Rows, rule: Score) -> Quantity:
    """The quantity that a score rule asks for.

    Raises:
        InputError: it names a criterion that the run does not have.
    """
    if rule.of == "total":
        why, reasons = rows.words("reason")
        return _told(rows.numbers("score"), why, reasons)
    names = _criteria(rows, rule)
    weights = np.array([rule.of[name] if isinstance(rule.of, dict) else 1.0 for name in names])
    columns = [_criterion(rows, name, rule) for name in names]
    values = np.stack([column.values for column in columns])
    applies = np.stack([_applies(column) for column in columns])
    missing = (np.isnan(values) & applies).any(axis=0) | ~applies.any(axis=0)
    filled = np.where(applies, values, np.inf if rule.of == "min" else 0.0)
    if rule.of == "min":
        combined = filled.min(axis=0)
    else:
        share = weights[:, None] * applies
        combined = (np.nan_to_num(filled) * share).sum(axis=0) / np.maximum(share.sum(axis=0), 1e-12)
    return _first_reason(np.where(missing, np.nan, combined), columns, applies)


def criterion(rows: Rows, name: str, *, whole: bool = False) -> Quantity:
    """One criterion; where the row's rubric does not have it the reason is `not_applicable`."""
    return _criterion(rows, name, Score(of=name, whole=whole))


def needed_criteria(rows: Rows, floors: dict[str, float]) -> dict[str, float]:
    """Floors by criterion, `*` spelled out. Raises InputError for an unknown criterion."""
    found = dict.fromkeys(rows.criteria, floors["*"]) if "*" in floors else {}
    for name, floor in floors.items():
        if name != "*":
            found[_known(rows, name)] = floor
    return found


def _criterion(rows: Rows, name: str, rule: Score) -> Quantity:
    values = rows.numbers(_known(rows, name))
    why, reasons = rows.words(f"{name}_reason")
    if rule.side == "low":
        ends = rows.low_ends(name)
        reasons = [*reasons, "no_interval"]
        why = np.where(np.isnan(ends) & ~np.isnan(values), len(reasons) - 1, why).astype(np.int32)
        values = ends
    if rule.whole:
        values = np.floor(values + 0.5)
    return _told(values, why, reasons)


def _criteria(rows: Rows, rule: Score) -> list[str]:
    if isinstance(rule.of, dict):
        return [_known(rows, name) for name in rule.of]
    return rows.criteria if rule.of in ("mean", "min") else [_known(rows, rule.of)]


def _known(rows: Rows, name: str) -> str:
    if name not in rows.criteria:
        raise InputError(
            f"the run has no criterion {name!r}", hint=f"It has: total, mean, min, {', '.join(rows.criteria)}."
        )
    return name


def _told(values: Floats, why: Codes, reasons: list[str]) -> Quantity:
    """A value has no reason, and no value has one even where the run forgot it."""
    reasons = [*reasons, "unknown"]
    why = np.where(np.isnan(values), np.where(why < 0, len(reasons) - 1, why), -1).astype(np.int32)
    return Quantity(values, why, reasons)


def _applies(column: Quantity) -> np.ndarray:
    if "not_applicable" not in column.reasons:
        return np.ones(len(column.values), dtype=bool)
    return np.asarray(column.why != column.reasons.index("not_applicable"))


def _first_reason(values: Floats, columns: list[Quantity], applies: np.ndarray) -> Quantity:
    reasons = sorted({reason for column in columns for reason in column.reasons})
    why = np.full(len(values), -1, dtype=np.int32)
    for column, own in zip(columns, applies, strict=True):
        place = np.array([reasons.index(reason) for reason in column.reasons], dtype=np.int32)
        wanting = np.isnan(values) & (why < 0) & (column.why >= 0) & own
        why[wanting] = place[column.why[wanting]]
    if "not_applicable" in reasons:
        why = np.where(np.isnan(values) & (why < 0), reasons.index("not_applicable"), why).astype(np.int32)
    return _told(values, why, reasons)
