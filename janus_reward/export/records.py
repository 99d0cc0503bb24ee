"""The rows of a selection as records that are complete enough to train on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from janus_reward.dataset import Source
from janus_reward.errors import InputError
from janus_reward.prompt import PromptProblem, prompt_pictures
from janus_reward.run import Run
from janus_reward.select.selection import Selection
from janus_reward.triple import PICTURE_OUTCOMES, SHOWN_TASKS, Triple

_COLUMNS = (
    "id", "row", "instruction", "code", "language", "domain", "task", "outcome", "render_sha256", "score", "meta",
    "rubric", "judge", "judge_revision",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the run with its decision.

    Args:
        inputs: pictures of the prompt, as bytes that a picture library opens.
        before: code that an edit or a repair starts from.
        criteria: score by criterion, `None` where there is none.
        render: hash of the picture that the code made; `None` when there is none worth showing.
    """

    id: str
    row: int
    instruction: str
    code: str
    language: str
    domain: str
    task: str
    decision: str
    reason: str
    score: float | None
    value: float | None
    criteria: dict[str, float | None]
    weight: float | None
    tier: str | None
    render: str | None
    outcome: str
    meta: str
    judge: str
    inputs: tuple[bytes, ...] = ()
    before: str | None = None

    @property
    def group(self) -> str:
        """A hash that is equal for equal prompts, but for case and spaces."""
        plain = " ".join(self.instruction.lower().split())
        parts = [plain, self.before or "", *(hashlib.sha256(data).hexdigest() for data in self.inputs)]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class Records:
    """A stream of records, which can be gone through again and counts what it left out.

    Args:
        selection, run: what was decided about what.
        source: the dataset that the run scored; needed for rows whose prompt shows more than the instruction.
        left_out: rows by why they make no record, of the last pass.
        licences: records that were taken by the licence that their meta names, of the last pass.
    """

    selection: Selection
    run: Run
    source: Source | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Record]:
        self.left_out.clear()
        self.licences.clear()
        for row, decision, triple in self._joined():
            record = self._record(row, decision, triple)
            if record is not None:
                yield record

    def take(self, record: Record) -> Record:
        """Count a record that goes into the set."""
        policy = self.selection.manifest["settings"]["policy"]
        self.licences[_licence(record.meta, (policy.get("licence") or {}).get("field", "licence"))] += 1
        return record

    def _record(self, row: dict[str, Any], decision: dict[str, Any], triple: Triple | None) -> Record | None:
        problem = _unusable(row, triple)
        if problem is None:
            try:
                inputs = () if triple is None else prompt_pictures(triple)
            except PromptProblem as error:
                problem = str(error)
        if problem is not None:
            if decision["decision"] == "keep":
                self.left_out[problem] += 1
            return None
        return Record(
            id=row["id"],
            row=row["row"],
            instruction=row["instruction"],
            code=row["code"],
            language=row["language"] or "",
            domain=row["domain"] or "",
            task=row["task"] or "",
            outcome=row["outcome"] or "",
            meta=row["meta"] or "{}",
            score=row["score"],
            decision=decision["decision"],
            reason=decision["reason"],
            value=decision["value"],
            weight=decision["weight"],
            tier=decision["tier"],
            criteria={name: row[name] for name in self.criteria},
            render=row["render_sha256"] if row["outcome"] in PICTURE_OUTCOMES else None,
            judge=f"{row['judge']} {row['judge_revision']}",
            inputs=inputs,
            before=None if triple is None or triple.before is None else triple.before.code,
        )

    @property
    def criteria(self) -> list[str]:
        """Names of the run's criteria."""
        names = self.run.schema_names
        return [name[:-7] for name in names if name.endswith("_reason") and name[:-7] in names]

    def _joined(self) -> Iterator[tuple[dict[str, Any], dict[str, Any], Triple | None]]:
        rows = (row for batch in self.run.batches([*_COLUMNS, *self.criteria]) for row in batch.to_pylist())
        decisions = (row for batch in self.selection.batches() for row in batch.to_pylist())
        triples = iter(self.source) if self.source is not None else None
        for row, decision in zip(rows, decisions, strict=True):
            triple = next(triples, None) if triples is not None else None
            if row["id"] != decision["id"] or (triple is not None and triple.id != row["id"]):
                raise InputError(f"row {row['row']} of the run is not the one of the selection or the source")
            yield row, decision, triple


def _licence(meta: str, field: str) -> str:
    """The licence that a row's meta names, or `not named`."""
    value: Any = json.loads(meta or "{}")
    for key in field.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return str(value)[:80] if value else "not named"


def _unusable(row: dict[str, Any], triple: Triple | None) -> str | None:
    if not (row["instruction"] or "").strip():
        return "no instruction"
    if not (row["code"] or "").strip():
        return "no code"
    if row["task"] in SHOWN_TASKS and triple is None:
        return f"task {row['task']}: its prompt is only in the source, which is not where it was (give --source)"
    return None
