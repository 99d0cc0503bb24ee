"""From the flat fields of one record to its triple: values checked, gaps inferred, nothing thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from janus_reward.dataset.bounds import MAX_ID_CHARS
from janus_reward.dataset.field_values import FieldValues, Problems
from janus_reward.dataset.infer import infer_domain, infer_task
from janus_reward.dataset.language import infer_language, normal_language
from janus_reward.triple import DOMAINS, TASKS, Before, Triple


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its position in the source, the file and line it came from, the folder of its pictures."""

    row: int
    file: str
    line: int | None = None
    folder: Path | None = None

    def error(self, text: str) -> str:
        """The message of a row error: `FILE: row N (line M): what; what to do`."""
        line = f" (line {self.line})" if self.line is not None else ""
        return f"{self.file}: row {self.row}{line}: {text}"


def explicit_id(fields: Mapping[str, Any]) -> str | None:
    """The record's own id as text, or `None` when it has none that can be used."""
    value = fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    if isinstance(value, str) and value.strip() and len(value) <= MAX_ID_CHARS:
        return value.encode("utf-8", "replace").decode("utf-8")
    return None


def build_triple(fields: Mapping[str, Any], place: Place, id_: str, problems: Problems) -> Triple:
    """The triple of a record; with `error` set, and all that could be read kept, when anything is wrong with it."""
    values = FieldValues(fields, place.folder, problems)
    instruction = values.text("instruction")
    code, fence = values.code("code")
    before = _before(values)
    renders, references = values.pictures("render"), values.pictures("reference")
    domain, task = values.choice("domain", DOMAINS), values.choice("task", TASKS)
    if task is None and fields:
        task = infer_task(instruction, has_before=before is not None, has_reference=bool(references))
    language = infer_language(code, normal_language(values.text("language")) or fence, domain)
    checklist, meta = values.checklist(), values.meta()
    if explicit_id(fields) is None and fields.get("id") is not None:
        problems.add("id", f"expected text of at most {MAX_ID_CHARS} characters; one made from the content is used")
    if not (instruction or code or renders or problems):
        problems.add(None, "nothing to judge: no instruction, code or render; name the fields with --map FIELD=PATH")
    wrong = str(problems)
    return Triple(
        row=place.row,
        id=id_,
        instruction=instruction,
        code=code,
        language=language,
        domain=domain or infer_domain(instruction, code, language),
        task=task,
        renders=renders,
        references=references,
        before=before,
        checklist=checklist,
        meta=meta,
        error=place.error(wrong) if wrong else None,
    )


def _before(values: FieldValues) -> Before | None:
    code, _ = values.code("before.code")
    pictures = values.pictures("before.render")
    values.check_before()
    if code is None and not pictures:
        return None
    return Before(code, pictures[0] if pictures else None)
