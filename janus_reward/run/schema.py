"""The columns of a run's tables, and how a verdict becomes a row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from janus_reward.triple import Evidence, Render, Triple, Verdict

Row = dict[str, Any]

_CHECK = pa.struct([("id", pa.string()), ("criterion", pa.string()), ("question", pa.string()), ("answer", pa.bool_())])


def render_schema() -> pa.Schema:
    """Columns of `outcomes/part-*.parquet`, which `janus-reward render` writes."""
    return pa.schema(
        [
            ("id", pa.string()),
            ("row", pa.int64()),
            ("instruction", pa.string()),
            ("code", pa.string()),
            ("code_sha256", pa.string()),
            ("language", pa.string()),
            ("domain", pa.string()),
            ("task", pa.string()),
            ("outcome", pa.string()),
            ("message", pa.string()),
            ("renderer", pa.string()),
            ("render_sha256", pa.string()),
            ("stills", pa.list_(pa.string())),
            ("facts", pa.string()),
            ("error", pa.string()),
            ("meta", pa.string()),
        ]
    )


def score_schema(criteria: Sequence[str], signals: Sequence[str]) -> pa.Schema:
    """Columns of `scores/part-*.parquet`.

    Args:
        criteria: names of all criteria of the rubrics in use; each gives two columns.
        signals: names of all evidence signals; the fields of the `evidence` struct.
    """
    scored: list[tuple[str, pa.DataType]] = []
    for name in criteria:
        scored += [(name, pa.float64()), (f"{name}_reason", pa.string())]
    return pa.schema(
        [
            *((item.name, item.type) for item in render_schema() if item.name not in ("facts", "error", "meta")),
            ("score", pa.float64()),
            ("reason", pa.string()),
            ("confidence", pa.float64()),
            *scored,
            ("intervals", pa.struct([(name, pa.list_(pa.float64())) for name in criteria])),
            ("rationales", pa.struct([(name, pa.string()) for name in criteria])),
            ("checks", pa.list_(_CHECK)),
            ("gates", pa.list_(pa.string())),
            ("flags", pa.list_(pa.string())),
            ("evidence", pa.struct([(name, pa.float64()) for name in signals])),
            ("notes", pa.string()),
            ("judge", pa.string()),
            ("judge_revision", pa.string()),
            ("rubric", pa.string()),
            ("rubric_sha256", pa.string()),
            ("tokens_in", pa.int64()),
            ("tokens_out", pa.int64()),
            ("seconds", pa.float64()),
            ("error", pa.string()),
            ("meta", pa.string()),
        ]
    )


TIMING_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("row", pa.int64()),
        ("render_s", pa.float64()),
        ("measure_s", pa.float64()),
        ("judge_s", pa.float64()),
    ]
)
"""Columns of `timings/part-*.parquet`: wall seconds per stage; kept apart because no two runs agree on them."""


def render_row(triple: Triple, render: Render, error: str | None = None) -> Row:
    """The row of `render_schema` for a triple and what came of it."""
    error = error or triple.error
    return {
        "id": triple.id,
        "row": triple.row,
        "instruction": triple.instruction,
        "code": triple.code,
        "code_sha256": None if triple.code is None else _sha256(triple.code),
        "language": triple.language,
        "domain": triple.domain,
        "task": triple.task,
        "outcome": None if error else render.outcome,
        "message": None if error else render.message,
        "renderer": render.renderer,
        "render_sha256": render.stills[0].sha256 if render.stills else None,
        "stills": [still.sha256 for still in render.stills],
        "facts": _json(render.facts),
        "error": error,
        "meta": _json(triple.meta),
    }


def score_row(verdict: Verdict, judge_revision: str, error: str | None = None) -> Row:
    """The row of `score_schema` for a verdict that carries its triple, render and evidence."""
    triple, render = verdict.triple, verdict.render
    evidence = verdict.evidence or Evidence({})
    if triple is None or render is None:
        raise ValueError("a verdict without its triple and render cannot become a row")
    row = render_row(triple, render, error)
    del row["facts"]
    for name, score in verdict.criteria.items():
        row[name], row[f"{name}_reason"] = score.value, score.reason
    row |= {
        "score": verdict.score,
        "reason": verdict.reason,
        "confidence": verdict.confidence,
        "intervals": {name: score.interval and list(score.interval) for name, score in verdict.criteria.items()},
        "rationales": {name: score.rationale for name, score in verdict.criteria.items()},
        "checks": [
            {"id": check.id, "criterion": check.criterion, "question": check.question, "answer": check.answer}
            for check in verdict.checks
        ],
        "gates": list(verdict.gates),
        "flags": list(verdict.flags),
        "evidence": dict(evidence.signals),
        "notes": _json(evidence.notes),
        "judge": verdict.judge,
        "judge_revision": judge_revision,
        "rubric": verdict.rubric,
        "rubric_sha256": verdict.rubric_sha256,
        "tokens_in": verdict.tokens_in,
        "tokens_out": verdict.tokens_out,
        "seconds": verdict.seconds,
    }
    return row


def complete(row: Row, criteria: Sequence[str]) -> Row:
    """The row with `not_applicable` as the reason of every criterion its rubric does not have."""
    missing = {name: None for name in criteria if name not in row}
    reasons = {f"{name}_reason": "not_applicable" for name in missing}
    return {**row, **missing, **reasons}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
