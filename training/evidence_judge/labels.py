"""The labelled sets: what people (or a strong judge) said, joined with the evidence of the same rows.

Each set is fitted and tested by groups (a task, a page, a query's chart), never by row. Sets whose licence forbids
commercial use or that have none are not here.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.evidence_judge.additive import Labelled, Ordered
from training.evidence_judge.tables import Table, evidence_of

_MARGIN_CAP = 1.5


@dataclass(frozen=True, slots=True)
class LabelSet:
    """One labelled set: where it counts, and its rows or its pairs.

    Args:
        criterion, domain: the score that its labels are about.
        raters: (n, r) single ratings with NaN, where several people rated; for the human-human ceiling.
    """

    name: str
    criterion: str
    domain: str
    table: Table
    rows: Labelled | None = None
    pairs: Ordered | None = None
    raters: np.ndarray[Any, np.dtype[np.float64]] | None = None


def label_sets(data: Path, runs: Path, workers: int | None = None) -> list[LabelSet]:
    """Every labelled set below `data`; scores what is not scored yet into `runs`."""
    return [load(data / name, runs, workers) for name, load in LOADERS.items() if (data / name).is_dir()]


def viseval(folder: Path, runs: Path, workers: int | None) -> LabelSet:
    """Readability of charts, rated 1-5 by three experts."""
    table = evidence_of(folder / "triples.jsonl", runs / "viseval", runs / "cache", workers)
    table = table.take(table.outcome == "ok")
    labels = {row["id"]: row for row in _jsonl(folder / "labels.jsonl")}
    raters = np.array([labels[id_]["expert"] for id_ in table.ids], dtype=float)
    group = np.array([id_.split("/")[1].split("_")[0] for id_ in table.ids])
    rows = Labelled("viseval", table.x, raters.mean(axis=1), group)
    return LabelSet("viseval", "visual_fidelity", "chart", table, rows, raters=raters)


def interactscience(folder: Path, runs: Path, workers: int | None) -> LabelSet:
    """Demos scored 1-5 by a strong judge against a checklist, mean over screenshots; 0 (nothing to judge) is 1."""
    table = evidence_of(folder / "triples.jsonl.gz", runs / "interactscience", runs / "cache", workers)
    labels = {row["id"]: row for row in _jsonl(folder / "labels.jsonl")}
    score = np.array([max(1.0, float(labels[id_]["mean_checklist_score"])) for id_ in table.ids])
    task = np.array([str(labels[id_]["task_id"]) for id_ in table.ids])
    rows = Labelled("interactscience", table.x, score, task)
    return LabelSet("interactscience", "task_completion", "demo", table, rows, _within(rows, 0.5))


def calista(folder: Path, runs: Path, workers: int | None) -> LabelSet:
    """Home pages compared by visitors: which of two looks better."""
    votes = list(_jsonl(folder / "pairs.jsonl"))
    pages = sorted({vote[side] for vote in votes for side in "ab"})
    shutil.copytree(folder / "jpg", runs / "sources" / "jpg", dirs_exist_ok=True, copy_function=shutil.copyfile)
    source = _written(runs / "sources" / "calista.jsonl", (_page(page) for page in pages))
    table = evidence_of(source, runs / "calista", runs / "cache", workers)
    at = table.index()
    won = [(vote["a"], vote["b"], vote["votes_a"] - vote["votes_b"]) for vote in votes]
    pairs = [(a, b, lead) if lead > 0 else (b, a, -lead) for a, b, lead in won if lead]
    better, worse = ([at[pair[side]] for pair in pairs] for side in (0, 1))
    ordered = Ordered(
        "calista",
        table.x[better],
        table.x[worse],
        np.full(len(pairs), 0.6),
        np.array([pair[:2] for pair in pairs]),
        each=np.array([float(pair[2]) for pair in pairs]),
    )
    return LabelSet("calista", "visual_fidelity", "webui", table, pairs=ordered)


def conala(folder: Path, runs: Path, workers: int | None) -> LabelSet:
    """Short Python answers graded 0-4 by several people; mapped to 1-5."""
    answers = list(_conala_answers(folder / "conala_human_grades.json"))
    source = _written(runs / "sources" / "conala.jsonl", ({key: row[key] for key in _SRC} for row in answers))
    table = evidence_of(source, runs / "conala", runs / "cache", workers)
    by_id = {row["id"]: row for row in answers}
    grade = np.array([1 + float(np.mean(by_id[id_]["grades"])) for id_ in table.ids])
    group = np.array([id_.split("/")[1] for id_ in table.ids])
    rows = Labelled("conala", table.x, grade, group)
    return LabelSet("conala", "task_completion", "algorithm", table, rows, _within(rows, 0.5))


LOADERS: dict[str, Callable[[Path, Path, int | None], LabelSet]] = {
    "viseval": viseval,
    "interactscience": interactscience,
    "calista": calista,
    "code_grades": conala,
}
"""Loader by the folder of the set."""

_SRC = ("id", "instruction", "code", "language", "domain", "task")


def _within(rows: Labelled, weight: float) -> Ordered:
    """All pairs of different labels inside each group, the wanted gap being the labels' own (capped)."""
    members = defaultdict(list)
    for row, group in enumerate(rows.group):
        members[str(group)].append(row)
    found = [(a, b) for inside in members.values() for a in inside for b in inside if rows.y[a] > rows.y[b] + 1e-9]
    better, worse = ([pair[side] for pair in found] for side in (0, 1))
    margin = np.minimum(rows.y[better] - rows.y[worse], _MARGIN_CAP)
    return Ordered(rows.name, rows.x[better], rows.x[worse], margin, rows.group[better][:, None], weight)


def _page(page: str) -> dict[str, Any]:
    return {"id": page, "render": page, "domain": "webui", "task": "generate"}


def _conala_answers(path: Path) -> Iterator[dict[str, Any]]:
    for number, intent in enumerate(json.loads(path.read_text(encoding="utf-8"))):
        seen = set()
        for key in sorted(intent):
            if not key.startswith("grade-"):
                continue
            answer = intent[key.removeprefix("grade-")]
            code = answer[0] if isinstance(answer, list) else answer
            if code in seen or not code.strip():
                continue
            seen.add(code)
            yield {
                "id": f"conala/{number}/{key.removeprefix('grade-')}",
                "instruction": intent["intent"],
                "code": code,
                "language": "python",
                "domain": "algorithm",
                "task": "generate",
                "grades": list(intent[key].values()),
            }


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _written(path: Path, rows: Iterator[dict[str, Any]]) -> Path:
    """Write a source file unless it is there with the same content (a run resumes only on the same source)."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return path
