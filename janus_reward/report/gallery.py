"""The rows that the page shows in full: a seeded sample of each view that a reader asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.origin import Shown, shown_beside
from janus_reward.report.audit import Audit
from janus_reward.report.thumbnails import Picture, thumbnail
from janus_reward.select.rows import Rows
from janus_reward.triple import SHOWN_TASKS

_CODE_CHARS = 6_000
_TEXT_CHARS = 3_000
_WHY_CHARS = 400
_STILLS = 3
_CHECKS = 12
_SIGNALS = 60

Views = dict[str, int]
"""Rank of a row in each view that it belongs to, from 0."""

VIEWS = ("random", "borderline", "disagreement", "review", "best", "worst", "not rendered", "flagged", "unscored")
"""Views of the gallery, in the order in which the page offers them."""


def chosen_rows(audit: Audit, most: int) -> dict[int, Views]:
    """Places of the rows to show, with their rank in each view that they belong to; the same for the same run."""
    share = max(1, most // len(VIEWS))
    found: dict[int, Views] = {}
    ranked = dict(_ranked(audit))
    for name in VIEWS[1:]:
        for rank, place in enumerate(ranked[name][:share].tolist()):
            found.setdefault(place, {})[name] = rank
    for rank, place in enumerate(ranked["random"].tolist()):
        if rank >= share and len(found) >= most:
            break
        found.setdefault(place, {})["random"] = rank
    return dict(sorted(found.items()))


def details(
    audit: Audit, chosen: Mapping[int, Views], picture: Callable[[Picture | None], str | None] = thumbnail
) -> Iterator[dict[str, Any]]:
    """Everything that the page shows of the chosen rows, in their order.

    Args:
        audit: of the run.
        chosen: places of rows with their ranks in views.
        picture: how a render gets into the page.
    """
    decisions, reasons = audit.decisions
    codes, tasks = audit.rows.words("task")
    asked = [place for place in sorted(chosen) if codes[place] >= 0 and tasks[codes[place]] in SHOWN_TASKS]
    beside = dict(shown_beside(audit.run, asked))
    for place, row in _read(audit, sorted(chosen)):
        told = {"at": place, "views": chosen[place], "decision": decisions[place], "why": reasons[place]}
        yield {**told, **_detail(audit, row, picture), **_prompt(beside.get(place, Shown()), picture)}


def _prompt(shown: Shown, picture: Callable[[Picture | None], str | None]) -> dict[str, Any]:
    """What the prompt showed beside the instruction."""
    made = [picture(data) for data in shown.pictures[:_STILLS]]
    return {
        "inputs": [path for path in made if path is not None],
        "before": None if shown.before is None else _cut(shown.before, _CODE_CHARS),
    }


def disagreement(rows: Rows) -> NDArray[np.float64]:
    """Spread of a row's criteria in points, plus what its confidence lacks of 1; NaN below two scores, (n,)."""
    columns = np.stack([rows.numbers(name) for name in rows.criteria]) if rows.criteria else np.empty((0, len(rows)))
    known = (~np.isnan(columns)).sum(axis=0) >= 2
    spread = np.full(len(rows), np.nan)
    if known.any():
        spread[known] = np.nanmax(columns[:, known], axis=0) - np.nanmin(columns[:, known], axis=0)
    return spread + 1 - np.nan_to_num(rows.numbers("confidence"), nan=1.0)


def _ranked(audit: Audit) -> Iterator[tuple[str, NDArray[np.int64]]]:
    rows, tie = audit.rows, audit.rows.tie
    score, every = rows.numbers("score"), np.arange(len(audit.rows))
    outcomes, names = rows.words("outcome")
    failed = np.isin(outcomes, [at for at, name in enumerate(names) if name not in ("ok", "not_needed")])
    flagged = np.array([bool(flags) for flags in rows.lists("flags").to_pylist()], dtype=bool)
    decisions = np.array(audit.decisions[0], dtype=object)
    known = ~np.isnan(score)
    middle = audit.cut if audit.cut is not None else float(np.median(score[known])) if known.any() else 3.0
    yield "random", every[np.argsort(tie)]
    yield "borderline", _by(np.abs(score - middle), known & audit.eligible, tie)
    spread = disagreement(rows)
    yield "disagreement", _by(-spread, ~np.isnan(spread), tie)
    yield "review", _by(tie.astype(float), decisions == "review", tie)
    yield "best", _by(-score, known & audit.eligible, tie)
    yield "worst", _by(score, known, tie)
    yield "not rendered", _by(tie.astype(float), failed, tie)
    yield "flagged", _by(tie.astype(float), flagged, tie)
    yield "unscored", _by(tie.astype(float), ~known, tie)


def _by(key: NDArray[np.float64], where: NDArray[np.bool_], tie: NDArray[np.uint64]) -> NDArray[np.int64]:
    at = np.flatnonzero(where)
    return at[np.lexsort((tie[at], key[at]))]


def _read(audit: Audit, places: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    start, wanted = 0, iter(places)
    place = next(wanted, None)
    for batch in audit.run.batches():
        while place is not None and place < start + batch.num_rows:
            yield place, batch.slice(place - start, 1).to_pylist()[0]
            place = next(wanted, None)
        start += batch.num_rows
        if place is None:
            return


def _detail(audit: Audit, row: Mapping[str, Any], picture: Callable[[Picture | None], str | None]) -> dict[str, Any]:
    code = row["code"] or ""
    whys = row.get("rationales") or {}
    criteria = [
        [name, row[name], row[f"{name}_reason"], _cut(whys.get(name) or "", _WHY_CHARS)]
        for name in audit.rows.criteria
        if row[name] is not None or row[f"{name}_reason"] != "not_applicable"
    ]
    stills = [picture(audit.run.picture(sha256)) for sha256 in (row.get("stills") or ())[:_STILLS]]
    return {
        "id": row["id"],
        "instruction": _cut(row["instruction"] or "", _TEXT_CHARS),
        "code": _cut(code, _CODE_CHARS),
        "chars": len(code),
        **{
            name: row[name] for name in ("language", "domain", "task", "outcome", "message", "error", "score", "reason")
        },
        "confidence": row["confidence"],
        "criteria": criteria,
        "checks": [[c["question"][:200], c["answer"]] for c in (row["checks"] or ()) if c["answer"] is not True][
            :_CHECKS
        ],
        "gates": list(row["gates"] or ()),
        "flags": list(row["flags"] or ()),
        "signals": _signals(row),
        "notes": _notes(row["notes"]),
        "stills": [still for still in stills if still is not None],
        "sha256": {"code": row.get("code_sha256"), "render": row.get("render_sha256")},
    }


def _signals(row: Mapping[str, Any]) -> list[list[Any]]:
    known = [[name, round(value, 4)] for name, value in (row.get("evidence") or {}).items() if value is not None]
    return known[:_SIGNALS]


def _notes(text: str | None) -> list[list[str]]:
    try:
        notes = json.loads(text or "{}")
    except ValueError:
        return []
    if not isinstance(notes, dict):
        return []
    return [[str(name)[:60], _cut(json.dumps(value, ensure_ascii=False), _WHY_CHARS)] for name, value in notes.items()]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} ... ({len(text) - most:,} more characters)"
