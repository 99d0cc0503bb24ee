"""All rows of a run as compressed columns that the page filters and counts by itself."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from janus_reward.report.audit import Audit

_EXCERPT, _SHORT_EXCERPT, _MANY_ROWS = 140, 48, 150_000
_NO_SCORE = 0
_THOUSANDTHS = 1000
_OUT, _OPEN, _REVIEW = 0, 1, 2

VALUE = "value"
"""The column of the number by which the policy ranks, where that is not the total."""


def packed_columns(audit: Audit) -> dict[str, Any]:
    """Numbers and codes of every row, each column base64 of gzip of little-endian integers.

    A score is in thousandths, 0 for none, and a confidence 1 more than that, as it can be 0; a code is a place in
    `names`, the last one for none; a fate is 0 for rows that no cut can bring in, 1 for those that only cuts decide
    about, 2 for those that people must see if they pass.
    """
    rows = audit.rows
    confidence = rows.numbers("confidence")
    numbers = {
        "score": _thousandths(rows.numbers("score")),
        "confidence": np.where(np.isnan(confidence), _NO_SCORE, _thousandths(confidence) + 1),
    }
    numbers |= {name: _thousandths(rows.numbers(name)) for name in rows.criteria}
    if _own_number(audit):
        numbers[VALUE] = _thousandths(audit.values)
    names, codes = {}, {}
    decisions, reasons = audit.decisions
    for name in ("domain", "language", "task", "outcome"):
        found, known = rows.words(name)
        codes[name], names[name] = np.where(found < 0, len(known), found), [*known, "-"]
    for name, values in (("decision", decisions), ("reason", reasons)):
        known = sorted(set(values))
        place = {value: at for at, value in enumerate(known)}
        codes[name], names[name] = np.array([place[value] for value in values], dtype=np.int64), [*known, "-"]
    return {
        "count": len(rows),
        "criteria": rows.criteria,
        "numbers": {name: _packed(column.astype("<u2")) for name, column in numbers.items()},
        "codes": {name: _packed(column.astype("<u2")) for name, column in codes.items()},
        "fate": _packed(np.where(audit.eligible, np.where(audit.review_flagged, _REVIEW, _OPEN), _OUT).astype("<u2")),
        "names": names,
        "texts": _texts(audit),
    }


def _own_number(audit: Audit) -> bool:
    """Whether the policy ranks by something else than the total."""
    score = audit.policy.get("score") or {}
    return bool(score) and (score["of"] != "total" or score["whole"] or score["side"] != "value")


def _texts(audit: Audit) -> str:
    """Ids and the beginnings of instructions, as base64 of gzip of a JSON list."""
    found: list[list[str]] = []
    length = _EXCERPT if len(audit.rows) <= _MANY_ROWS else _SHORT_EXCERPT
    for batch in audit.run.batches(["id", "instruction"]):
        starts = pc.utf8_slice_codeunits(batch.column(1), 0, length).to_pylist()
        pairs = zip(batch.column(0).to_pylist(), starts, strict=True)
        found += [[id_, " ".join((text or "").split())] for id_, text in pairs]
    return packed_bytes(json.dumps(found, ensure_ascii=True).encode())


def _thousandths(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.where(np.isnan(values), _NO_SCORE, np.floor(np.nan_to_num(values) * _THOUSANDTHS + 1e-6)).astype(np.int64)


def _packed(column: NDArray[np.uint16]) -> str:
    return packed_bytes(column.tobytes())


def packed_bytes(data: bytes) -> str:
    """Base64 of gzip, the same for the same bytes."""
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode("ascii")
