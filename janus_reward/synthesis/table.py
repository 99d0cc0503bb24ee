"""What a synthesis writes: a row for each plan, and the kept ones as records that can be scored and trained on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from janus_reward.run.schema import Row
from janus_reward.synthesis.job import Job

_TEXTS: tuple[str, ...] = ("id", "strategy", "slice", "status", "stage", "reason", "instruction", "code", "language")
_TEXTS += ("domain", "task", "before_code", "outcome", "render_sha256", "history", "meta")
JOB_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        ("parents", pa.list_(pa.string())),
        ("keys", pa.list_(pa.string())),
        ("score", pa.float64()),
        ("tries", pa.int64()),
        ("calls", pa.int64()),
        ("tokens_in", pa.int64()),
        ("tokens_out", pa.int64()),
        ("generation_s", pa.float64()),
    ]
)
"""Columns of `jobs/part-*.parquet`."""


def job_row(job: Job, provenance: Mapping[str, Any]) -> Row:
    """The row of a finished job; a dropped one shows what its last try made.

    Args:
        job: that ended.
        provenance: what all rows of the run share: generator, judge, prompts, config.
    """
    plan, render = job.plan, job.executed.sample.render if job.executed else None
    last = job.executed.sample.triple if job.executed else None
    score = job.verdict.score if job.verdict else None
    meta = {
        "source": f"janus-reward/synthesis/{plan.strategy}",
        "strategy": plan.strategy,
        "slice": plan.slice,
        "parents": list(plan.parents),
        "score": score,
        "tries": job.tries,
        "replies": job.keys,
        **provenance,
    }
    return {
        "id": plan.id,
        "strategy": plan.strategy,
        "slice": plan.slice,
        "status": job.status,
        "stage": job.stage,
        "reason": job.reason,
        "instruction": job.instruction or (last.instruction if last else None),
        "code": job.code or (last.code if last else None),
        "language": plan.language,
        "domain": plan.domain,
        "task": plan.task,
        "before_code": plan.before.code if plan.before else None,
        "outcome": render.outcome if render else None,
        "render_sha256": render.stills[0].sha256 if render and render.stills else None,
        "history": json.dumps(job.history, ensure_ascii=False),
        "meta": json.dumps(meta, ensure_ascii=False, sort_keys=True),
        "parents": list(plan.parents),
        "keys": job.keys,
        "score": score,
        "tries": job.tries,
        "calls": job.calls,
        "tokens_in": job.tokens_in,
        "tokens_out": job.tokens_out,
        "generation_s": job.seconds,
    }


def record(row: Row) -> dict[str, Any]:
    """A kept row as a record that `score dataset` reads."""
    found: dict[str, Any] = {name: row[name] for name in ("id", "instruction", "code", "language", "domain", "task")}
    if row["before_code"] is not None:
        found["before"] = {"code": row["before_code"]}
    return {name: value for name, value in found.items() if value is not None} | {"meta": json.loads(row["meta"])}
