"""A scored run as the replies that a model judge should give: the teacher's verdicts in the student's own form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from janus_reward.criterion import Criterion
from janus_reward.judges.asking import Case
from janus_reward.judges.modes import mode_of
from janus_reward.judges.modes.base import Ask
from janus_reward.judges.modes.checklist import STEPS
from janus_reward.judges.modes.discrepancies import CATEGORIES
from janus_reward.judges.modes.settings import ModeSettings
from janus_reward.judges.pictures import PictureRule
from janus_reward.judges.prompting import Prompter, TextRule
from janus_reward.reward_model.item import sample_facts
from janus_reward.rubric import RubricSet
from janus_reward.run import Run
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Render, Triple

ModeName = Literal["checklist", "discrepancies"]
_FLAW = re.compile(r"(\w+) ([123]) at (.*?): (.*)", re.DOTALL)
_REASON_CHARS = 280
_HALF = 0.5
_CUT = 0.35


@dataclass(frozen=True, slots=True)
class Lesson:
    """One question with the reply that is right.

    Args:
        id: of the triple; `#empty` or `#cut` behind it for a negative.
        messages: system and user turn.
        reply: JSON, as the mode reads it.
    """

    id: str
    messages: tuple[Mapping[str, str], ...]
    reply: str


def lessons(run: Run, mode: ModeName, rubrics: RubricSet, texts: TextRule, negatives: float) -> Iterator[Lesson]:
    """Lessons of every row, and of its empty and its cut twin for a share of the rows.

    Args:
        run: of the teacher.
        mode: of the student.
        rubrics: of the run.
        texts: how long texts may be.
        negatives: share of the rows whose twins are taught too: 1 for all.
    """
    prompter = Prompter(mode, texts, PictureRule(), vision=False, options=(("reasoning", False),))
    columns = ["id", "instruction", "code", "language", "domain", "task", "outcome", "message", "notes", "flags"]
    taken = 0.0
    names = [name for name in rubrics.criteria if name in run.schema_names]
    for batch in run.batches([*columns, "checks", "rationales", "error", *names]):
        for row in batch.to_pylist():
            if row["error"] or row["task"] in ("edit", "repair") or not row["code"] or not row["instruction"]:
                continue
            yield from _taught(row, mode, rubrics, prompter)
            taken += negatives
            if taken >= 1:
                taken -= 1
                yield from _negatives(row, mode, rubrics, prompter)


def _taught(row: Mapping[str, Any], mode: ModeName, rubrics: RubricSet, prompter: Prompter) -> Iterator[Lesson]:
    sample, evidence = _measured(row)
    checks = {check["id"]: check["answer"] for check in row["checks"] or ()}
    for ask, criterion, case in _asks(sample, evidence, mode, rubrics):
        value, reason = row.get(criterion.name), (row["rationales"] or {}).get(criterion.name) or ""
        if value is None:
            continue
        reply = _flaws(reason) if mode == "discrepancies" else _answers(ask, criterion, value, reason, checks)
        if reply is not None:
            yield Lesson(row["id"], _messages(ask, case, prompter), reply)


def _negatives(row: Mapping[str, Any], mode: ModeName, rubrics: RubricSet, prompter: Prompter) -> Iterator[Lesson]:
    """An answer that is a colon, and one that breaks off: what small judges are known to fall for."""
    sample, _ = _measured(row)
    twins = {
        "empty": (":", "There is no work: the answer is empty."),
        "cut": (row["code"][: max(20, int(len(row["code"]) * _CUT))], "The work breaks off and cannot run."),
    }
    for name, (code, reason) in twins.items():
        triple = replace(sample.triple, code=code)
        twin = Sample(triple, Render("failed", message="the code cannot be read to its end"))
        for ask, criterion, case in _asks(twin, Evidence({}), mode, rubrics):
            told = {"category": "content", "location": "everywhere", "description": reason, "severity": 3}
            flaws = json.dumps({"discrepancies": [told, told]})
            reply = flaws if mode == "discrepancies" else _answers(ask, criterion, 1.0, reason, {})
            yield Lesson(f"{row['id']}#{name}", _messages(ask, case, prompter), reply)


def _asks(
    sample: Sample, evidence: Evidence, mode: ModeName, rubrics: RubricSet
) -> Iterator[tuple[Ask, Criterion, Case]]:
    """The calls of a judge without eyes, for the criteria that it can answer."""
    rubric = rubrics.pick(sample.triple.domain, sample.triple.task, sample.triple.language)
    wanted = [c for c in rubric.criteria if not c.visual and not c.blocked(sample)]
    case = Case(sample, rubric, sample_facts(sample, evidence))
    by_name = {criterion.name: criterion for criterion in wanted}
    for ask in mode_of(ModeSettings(name=mode)).asks(wanted, ()):
        yield ask, by_name[ask.criteria[0]], case


def _messages(ask: Ask, case: Case, prompter: Prompter) -> tuple[Mapping[str, str], ...]:
    sheet = prompter.sheet(case.sample, case.facts, ask.view)
    user = "\n\n".join([*(str(part) for part in sheet.parts), prompter.question(ask, case.sample)])
    system = str(prompter.system(case.rubric).parts[0])
    return {"role": "system", "content": system}, {"role": "user", "content": user}


def _answers(ask: Ask, criterion: Criterion, value: float, reason: str, checks: Mapping[str, bool | None]) -> str:
    words = {True: "yes", False: "no", None: "unsure"}
    given = {
        name: words[value >= STEPS.index(name) + 2 - _HALF]
        if name in STEPS
        else words[False if value == 1.0 else checks.get(f"{criterion.name}.{name}")]
        for name in ask.ids
    }
    return json.dumps({"reason": reason[:_REASON_CHARS], **given}, ensure_ascii=False)


def _flaws(rationale: str) -> str | None:
    """The list that a teacher's rationale was made of; `None` when it was made of something else."""
    if rationale == "no discrepancy":
        return json.dumps({"discrepancies": []})
    found = [_FLAW.fullmatch(part) for part in rationale.split("; ")]
    if not all(match and match.group(1) in CATEGORIES for match in found):
        return None
    names = ("category", "severity", "location", "description")
    flaws = [dict(zip(names, match.groups(), strict=True)) for match in found if match]
    return json.dumps({"discrepancies": [{**flaw, "severity": int(flaw["severity"])} for flaw in flaws]})


def _measured(row: Mapping[str, Any]) -> tuple[Sample, Evidence]:
    kept = {name: row[name] for name in ("instruction", "code", "language", "domain", "task")}
    render = Render(row["outcome"] or "not_needed", message=row["message"])
    notes = json.loads(row["notes"] or "{}")
    return Sample(Triple(0, row["id"], **kept), render), Evidence({}, notes, tuple(row["flags"] or ()))
