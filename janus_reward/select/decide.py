"""The story of a selection: screen each row, cut, then choose among those that are left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from janus_reward.errors import InputError
from janus_reward.select.cut import settled_cut
from janus_reward.select.decisions import Decisions, Mask
from janus_reward.select.diversity import greedy
from janus_reward.select.policy import Policy, Rules, Target
from janus_reward.select.quantity import Quantity, quantity
from janus_reward.select.quotas import keep_percentile, limit_answers, limit_slices
from janus_reward.select.rows import Floats, Rows
from janus_reward.select.screens import (
    fits,
    screen_errors,
    screen_facts,
    screen_licence,
    screen_relations,
    screen_scores,
)
from janus_reward.select.sketch import text_sketches, vector_sketches


@dataclass(frozen=True, slots=True)
class Decided:
    """All decisions of a policy over a run.

    Args:
        decisions: per row.
        values: (n,) the quantity that ranked each row, NaN where unscored.
        coverage: share of the rows that have the numbers the policy asks for; `None` of an empty run.
        cuts: the cut of each part of the policy, in its order.
    """

    decisions: Decisions
    values: Floats
    coverage: float | None
    cuts: list[float | None]


@dataclass(frozen=True, slots=True)
class _Part:
    where: Mask
    rules: Rules
    found: Quantity
    cut: float | None


def decide(rows: Rows, policy: Policy, dedup: Path | None = None, contamination: Path | None = None) -> Decided:
    """Apply a policy.

    Args:
        rows: of the run.
        policy: what is asked.
        dedup: folder of `dedup`.
        contamination: folder of `decontaminate`.

    Raises:
        InputError: the policy asks for a column, a criterion or a folder that is not there.
    """
    _needs(policy, dedup, contamination)
    decisions, parts = Decisions(len(rows)), _parts(rows, policy)
    screen_errors(rows, decisions)
    for part in parts:
        screen_facts(rows, part.rules, part.where, decisions)
    screen_relations(rows, decisions, dedup, contamination)
    if policy.licence is not None:
        screen_licence(rows, policy.licence, decisions)
    for part in parts:
        screen_scores(rows, part.rules, part.where, decisions, part.found, part.cut)
    values = _values(rows, parts)
    _choose(rows, policy, parts, values, decisions)
    decisions.settle("keep", decisions.open, "kept: passes")
    coverage = float((~np.isnan(values)).mean()) if len(values) else None
    return Decided(decisions, values, coverage, [part.cut for part in parts])


def _parts(rows: Rows, policy: Policy) -> list[_Part]:
    taken = np.zeros(len(rows), dtype=bool)
    parts = []
    for when, rules in policy.parts():
        where = fits(rows, when) & ~taken
        taken |= where
        found = quantity(rows, rules.score)
        parts.append(_Part(where, rules, found, settled_cut(rows, rules.score, found)))
    return parts


def _values(rows: Rows, parts: list[_Part]) -> Floats:
    values = np.full(len(rows), np.nan)
    for part in parts:
        values[part.where] = part.found.values[part.where]
    return values


def _choose(rows: Rows, policy: Policy, parts: list[_Part], values: Floats, decisions: Decisions) -> None:
    for part in parts:
        percentile = part.rules.score.percentile
        if percentile is not None:
            below = keep_percentile(rows, values, percentile, part.rules.score.by, part.where & decisions.open)
            decisions.settle("drop", below, f"percentile: below {percentile:g}%")
    if policy.per_instruction is not None:
        limit_answers(rows, values, policy.per_instruction, decisions)
    for quota in policy.quotas:
        limit_slices(rows, values, quota, decisions)
    if policy.target is not None:
        _reduce(rows, policy.target, values, decisions)


def _reduce(rows: Rows, target: Target, values: Floats, decisions: Decisions) -> None:
    at = np.flatnonzero(decisions.open)
    if len(at) <= target.size:
        return
    quality = np.clip((np.nan_to_num(values[at], nan=1.0) - 1) / 4, 0, 1)
    if target.diversity == 0:
        sketches = []
    elif target.embeddings is not None:
        sketches = [vector_sketches(Path(target.embeddings), len(rows))[at]]
    else:
        sketches = [text_sketches(rows, on)[at] for on in target.on]
    chosen = at[greedy(quality, sketches, rows.tie[at], target.size, target.diversity)]
    beyond = decisions.open
    beyond[chosen] = False
    decisions.settle("drop", beyond, f"target: beyond {target.size} rows")


def _needs(policy: Policy, dedup: Path | None, contamination: Path | None) -> None:
    if policy.need_dedup and dedup is None:
        raise InputError(f"policy {policy.name} needs a deduplicated set", hint="Run `dedup`, then give --dedup DIR.")
    if policy.need_decontaminated and contamination is None:
        hint = "Run `decontaminate`, then give --contamination DIR."
        raise InputError(f"policy {policy.name} needs a set checked against benchmarks", hint=hint)
