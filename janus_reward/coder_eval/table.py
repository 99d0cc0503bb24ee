"""The table of an evaluation: one row an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pyarrow as pa

from janus_reward.coder_eval.stage import Measured
from janus_reward.run.schema import Row
from janus_reward.triple import Score


def answer_schema(metrics: Iterable[str]) -> pa.Schema:
    """Columns of `answers/part-*.parquet`: each metric has a value or a reason."""
    scored: list[tuple[str, pa.DataType]] = []
    for name in metrics:
        scored += [(name, pa.float64()), (f"{name}_reason", pa.string())]
    texts = ("id", "instruction", "code", "language", "outcome", "message", "render_sha256", "reason", "error", "key")
    return pa.schema(
        [
            ("row", pa.int64()),
            ("sample", pa.int64()),
            *((name, pa.string()) for name in texts),
            *scored,
            ("seconds", pa.string()),
            ("tokens_in", pa.int64()),
            ("tokens_out", pa.int64()),
            ("generation_s", pa.float64()),
        ]
    )


def answer_row(measured: Measured, metrics: Iterable[str]) -> Row:
    """The row of a measured answer; a metric that a defect of ours kept from being made has that as its reason."""
    answer, render = measured.answer, measured.render
    blamed = Score.unscored("engine_error")
    scores = {name: measured.scores.get(name, blamed) for name in metrics}
    return {
        "row": answer.row,
        "sample": answer.number,
        "id": answer.item.triple.id,
        "instruction": answer.item.triple.instruction,
        "code": answer.code,
        "language": answer.item.triple.language,
        "outcome": render.outcome,
        "message": measured.message or render.message or answer.message or None,
        "render_sha256": render.stills[0].sha256 if render.stills else None,
        "reason": answer.reason,
        "error": measured.error,
        "key": answer.key or None,
        **{name: score.value for name, score in scores.items()},
        **{f"{name}_reason": score.reason for name, score in scores.items()},
        "seconds": json.dumps({name: round(value, 6) for name, value in measured.seconds.items()}),
        "tokens_in": answer.tokens_in,
        "tokens_out": answer.tokens_out,
        "generation_s": answer.seconds,
    }
