"""Which records a form takes: those kept, those that show what their score means, or pairs of answers."""

from __future__ import annotations

import pickle
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from janus_reward.export.conversation import reserved
from janus_reward.export.formats import Format
from janus_reward.export.records import Record, Records

_NOT_EXAMPLES = ("error", "contaminated", "duplicate", "licence")


def wanted_records(records: Records, form: Format) -> Iterator[Record]:
    """Kept records, or all that are no copy, no leak and allowed by licence, when the form asks for scored ones."""
    for record in records:
        if form.wanted == "kept" and record.decision != "keep":
            continue
        if form.wanted != "kept" and not _example(record):
            continue
        token = reserved(record) if form.reserved else None
        if token is not None:
            records.left_out[f"holds the text {token}, which the trainer takes for a picture or sound"] += 1
            continue
        yield records.take(record)


def pairs(records: Records, form: Format, scratch: Path, margin: float, most: int) -> Iterator[tuple[Record, Record]]:
    """The best kept answer of each prompt beside worse ones.

    Args:
        records: gone through once; the texts wait in a file in `scratch`.
        form: of preference.
        scratch: folder for that file.
        margin: least difference of the ranking numbers.
        most: pairs a prompt at most, spread over the worse answers.
    """
    groups: dict[bytes, list[tuple[float, str, int, bool]]] = defaultdict(list)
    with sqlite3.connect(scratch / ".answers.sqlite") as store:
        store.execute("PRAGMA journal_mode=OFF")
        store.execute("CREATE TABLE answers (row INTEGER PRIMARY KEY, record BLOB)")
        for record in wanted_records(records, form):
            value = record.value if record.value is not None else 0.0
            entry = (-value, record.id, record.row, record.decision == "keep")
            groups[bytes.fromhex(record.group)[:16]].append(entry)
            store.execute("INSERT INTO answers VALUES (?, ?)", (record.row, pickle.dumps(record)))
        chosen = sorted(pair for group in groups.values() for pair in _paired(group, margin, most))
        for better, worse in chosen:
            yield _stored(store, better), _stored(store, worse)
    (scratch / ".answers.sqlite").unlink()


def _paired(group: list[tuple[float, str, int, bool]], margin: float, most: int) -> Iterator[tuple[int, int]]:
    ordered = sorted(group)
    best = next((entry for entry in ordered if entry[3]), None)
    if best is None:
        return
    worse = [entry for entry in ordered if entry[0] - best[0] >= margin]
    step = max(1.0, len(worse) / most)
    for at in range(min(most, len(worse))):
        yield best[2], worse[len(worse) - 1 - int(at * step)][2]


def _stored(store: sqlite3.Connection, row: int) -> Record:
    (data,) = store.execute("SELECT record FROM answers WHERE row = ?", (row,)).fetchone()
    record: Record = pickle.loads(data)
    return record


def _example(record: Record) -> bool:
    return record.value is not None and record.reason.partition(":")[0] not in _NOT_EXAMPLES
