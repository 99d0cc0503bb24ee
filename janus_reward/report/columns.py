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


def packed_columns(audit: Audit) -> dict[str, Any]:
    """Numbers and codes of every row, each column base64 of gzip of little-endian integers.

    A score is in thousandths, 0 for none; a code is a place in `names`, the last one for none.
    """
    rows = audit.rows
    numbers = {"score": _thousandths(rows.numbers("score")), "confidence": _thousandths(rows.numbers("confidence"))}
    numbers |= {name: _thousandths(rows.numbers(name)) for name in rows.criteria}
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
        "eligible": _packed(audit.eligible.astype("<u2")),
        "names": names,
        "texts": _texts(audit),
    }


def _texts(audit: Audit) -> str:
    """Ids and the beginnings of instructions, as base64 of gzip of a JSON list."""
    found: list[list[str]] = []
    length = _EXCERPT if len(audit.rows) <= _MANY_ROWS else _SHORT_EXCERPT
    for batch in audit.run.batches(["id", "instruction"]):
        starts = pc.utf8_slice_codeunits(batch.column(1), 0, length).to_pylist()
        pairs = zip(batch.column(0).to_pylist(), starts, strict=True)
        found += [[id_, " ".join((text or "").split())] for id_, text in pairs]
    return _compressed(json.dumps(found, ensure_ascii=True).encode())


def _thousandths(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.where(np.isnan(values), _NO_SCORE, np.rint(np.nan_to_num(values) * _THOUSANDTHS)).astype(np.int64)


def _packed(column: NDArray[np.uint16]) -> str:
    return _compressed(column.tobytes())


def _compressed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode("ascii")
