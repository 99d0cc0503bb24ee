"""The table of decisions: one row for each row of the run, in its order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from janus_reward.run.shards import ShardFolder
from janus_reward.select.decide import Decided
from janus_reward.select.decisions import CHOICES, Mask
from janus_reward.select.policy import Tier, Weight
from janus_reward.select.rows import Codes, Floats, Rows

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("row", pa.int64()),
        ("decision", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("value", pa.float64()),
        ("tier", pa.string()),
        ("weight", pa.float64()),
    ]
)
"""Columns of `decisions/part-*.parquet`. `value` is the number that the policy ranked by; `detail` names the survivor
of a duplicate or the benchmark item; `tier` and `weight` are of kept rows."""

_SHARD = 131_072


def write_decisions(
    folder: Path, rows: Rows, decided: Decided, tiers: tuple[Tier, ...] = (), weight: Weight | None = None
) -> None:
    """Write the shards of the table.

    Args:
        folder: of the shards.
        rows: of the run.
        decided: about each of them.
        tiers: of the policy.
        weight: of the policy.

    Raises:
        DiskError: they cannot be written.
    """
    decisions, kept = decided.decisions, decided.decisions.kept()
    columns = [
        rows.ids.cast(pa.string()),
        pa.array(rows.row),
        _named(decisions.choice, list(CHOICES)),
        _named(decisions.reason, decisions.reasons),
        pa.array([decisions.details.get(at) for at in range(len(rows))], pa.string()),
        pa.array(decided.values, from_pandas=True),
        _named(_tiers(tiers, kept, decided.values), [tier.name for tier in tiers]),
        pa.array(_weights(weight, kept, decided.values), from_pandas=True),
    ]
    table = pa.Table.from_arrays(columns, schema=SCHEMA)
    shards = ShardFolder(folder, SCHEMA, _SHARD)
    for number in range(max(1, -(-len(rows) // _SHARD))):
        shards.write_table(number, table.slice(number * _SHARD, _SHARD))


def _tiers(tiers: tuple[Tier, ...], kept: Mask, values: Floats) -> Codes:
    """The first tier that each kept row reaches, (n,); -1 for none."""
    found = np.full(len(values), -1, dtype=np.int32)
    for number in reversed(range(len(tiers))):
        found[kept & (values >= tiers[number].min)] = number
    return found


def _weights(rule: Weight | None, kept: Mask, values: Floats) -> Floats:
    """Weights of the kept rows, 1 without a rule, (n,); NaN for the others."""
    if rule is None:
        return np.where(kept, 1.0, np.nan)
    share = np.clip((np.nan_to_num(values, nan=rule.low) - rule.low) / (rule.high - rule.low), 0, 1)
    return np.where(kept, np.round(rule.least + (1 - rule.least) * share, 6), np.nan)


def _named(codes: np.ndarray, names: list[str]) -> pa.Array:
    places = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(places, pa.array(names, pa.string())).cast(pa.string())
