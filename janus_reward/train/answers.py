"""The rows of a scored run as answers that a reward model can learn from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from janus_reward.errors import InputError
from janus_reward.evidence import SIGNALS
from janus_reward.reward_model.item import sample_facts
from janus_reward.run import Run
from janus_reward.sample import Sample
from janus_reward.triple import PICTURE_OUTCOMES, Evidence, Render, Triple

_COLUMNS = (
    "id", "instruction", "code", "language", "domain", "task", "outcome", "message", "render_sha256", "meta", "error",
)  # fmt: skip
_SCORED = ("score", "evidence", "notes", "flags")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the run.

    Args:
        root: id of the answer that this one is a damaged twin of; its own id otherwise.
        group: what must stay in one split, beside equal instructions.
        facts: what was measured, in sentences.
        signals: in the order of `SIGNALS`, `None` where not measured.
        targets: score by criterion, `None` where the judge gave none.
        render: hash of the picture; `None` when there is none worth showing.
    """

    id: str
    root: str
    group: str
    source: str
    instruction: str
    code: str
    language: str
    domain: str
    task: str
    facts: tuple[str, ...]
    signals: tuple[float | None, ...]
    targets: Mapping[str, float | None]
    score: float | None
    render: str | None

    @property
    def instruction_key(self) -> str:
        """Equal for equal instructions, but for case and spaces."""
        return hashlib.sha256(" ".join(self.instruction.lower().split()).encode("utf-8", "surrogatepass")).hexdigest()


def read_answers(run: Run, group_by: str | None) -> dict[str, Answer]:
    """Answers by id, in the order of the run; rows without instruction or code, and rows with errors, are passed over.

    A run that was only rendered gives answers without scores and signals, for models that look at code and picture.

    Raises:
        InputError: the run is not finished.
    """
    if not run.manifest.get("finished"):
        raise InputError(f"{run.path} is not finished", hint="Run the command that made it again to go on.")
    names = run.schema_names
    criteria = [name[:-7] for name in names if name.endswith("_reason") and name[:-7] in names]
    there = [name for name in _SCORED if name in names]
    found: dict[str, Answer] = {}
    for batch in run.batches([*_COLUMNS, *there, *criteria]):
        for row in batch.to_pylist():
            if not row["error"] and (row["instruction"] or "").strip() and (row["code"] or "").strip():
                found[row["id"]] = _answer(row, criteria, group_by)
    return found


def _answer(row: Mapping[str, Any], criteria: list[str], group_by: str | None) -> Answer:
    meta = json.loads(row["meta"] or "{}")
    signals = row.get("evidence") or {}
    shown = row["outcome"] in PICTURE_OUTCOMES
    return Answer(
        id=row["id"],
        root=str(meta.get("twin_of") or row["id"]),
        group=_group(meta, group_by),
        source=str(meta.get("source") or ""),
        instruction=row["instruction"],
        code=row["code"],
        language=row["language"] or "",
        domain=row["domain"] or "",
        task=row["task"] or "",
        facts=sample_facts(*_measured(row)),
        signals=tuple(signals.get(name) for name in SIGNALS),
        targets={name: row[name] for name in criteria},
        score=row.get("score"),
        render=row["render_sha256"] if shown else None,
    )


def _measured(row: Mapping[str, Any]) -> tuple[Sample, Evidence]:
    """As much of the sample as the run keeps and the facts need."""
    triple = Triple(0, row["id"], language=row["language"], domain=row["domain"], task=row["task"])
    render = Render(row["outcome"] or "not_needed", message=row["message"])
    notes = json.loads(row.get("notes") or "{}")
    return Sample(triple, render), Evidence({}, notes, tuple(row.get("flags") or ()))


def _group(meta: Mapping[str, Any], group_by: str | None) -> str:
    value: Any = meta
    for key in (group_by or "").split(".") if group_by else ():
        value = value.get(key) if isinstance(value, Mapping) else None
    return str(value) if group_by and value is not None else ""
