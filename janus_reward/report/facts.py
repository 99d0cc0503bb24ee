"""The tables of a report: counts, funnel, coverage, cost, provenance; plain values for the page and for Markdown."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from janus_reward.agreement.statistics import wilson
from janus_reward.errors import InputError
from janus_reward.report.audit import LATER_STEPS, Audit

_MOST = 40


def facts(audit: Audit) -> dict[str, Any]:
    """Everything but the rows themselves."""
    run, summary = audit.run, audit.run.summary()
    settings = run.manifest["settings"]
    return {
        "title": audit.name,
        "rows": summary.rows,
        "scored": summary.scored,
        "errors": summary.errors,
        "mean": summary.mean,
        "median": summary.median,
        "status": summary.status,
        "source": run.manifest.get("info", {}).get("source"),
        "outcomes": _counted(summary.outcomes),
        "reasons": _counted(summary.reasons),
        "flags": _counted(summary.flags),
        "criteria": summary.criteria,
        "coverage": coverage(audit),
        "messages": _messages(audit),
        "funnel": funnel(audit),
        "policy": audit.policy or None,
        "beyond_cuts": [step["name"] for step in funnel(audit) if step["name"] in LATER_STEPS],
        "selection": None if audit.selection is None else _selected(audit),
        "cut": audit.cut,
        "judge": settings.get("judge", {}),
        "provenance": _provenance(audit),
        "cost": {
            "tokens_in": summary.tokens_in,
            "tokens_out": summary.tokens_out,
            "wall_s": summary.wall_s,
            "stages": summary.stages,
            "words": summary.cost.get("words"),
            "rows_per_s": round(summary.rows / summary.wall_s, 3) if summary.wall_s else None,
        },
        "card": _card(audit.card),
    }


def coverage(audit: Audit) -> list[dict[str, Any]]:
    """By slice: rows, rendered, scored, kept with its 95 % interval, mean score."""
    rows, found = audit.rows, []
    score = rows.numbers("score")
    outcomes, names = rows.words("outcome")
    rendered = np.isin(outcomes, [at for at, name in enumerate(names) if name in ("ok", "partial", "not_needed")])
    kept = np.array([decision == "keep" for decision in audit.decisions[0]], dtype=bool)
    for by in ("domain", "language", "task"):
        codes, known = rows.slices(by)
        for code, name in enumerate(known):
            own = codes == code
            if own.any():
                found.append(_slice(by, name, own, score, rendered, kept if audit.selection is not None else None))
    return found


def funnel(audit: Audit) -> list[dict[str, Any]]:
    """Rows left after each step: of the selection when there is one, else of rendering and scoring."""
    if audit.selection is not None:
        return list(audit.selection.summary["funnel"])
    summary = audit.run.summary()
    left, steps = summary.rows, []
    failed = {name: count for name, count in summary.outcomes.items() if name not in ("ok", "partial", "not_needed")}
    asked = (
        ("error", {"error: bad row": summary.errors} if summary.errors else {}),
        ("outcome", {f"outcome: {name}": count for name, count in failed.items()}),
    )
    for name, reasons in asked:
        left -= sum(reasons.values())
        steps.append({"name": name, "drop": sum(reasons.values()), "review": 0, "left": left, "reasons": reasons})
    return steps


def _slice(
    by: str, name: str, own: np.ndarray, score: np.ndarray, rendered: np.ndarray, kept: np.ndarray | None
) -> dict[str, Any]:
    known = score[own & ~np.isnan(score)]
    made: dict[str, Any] = {
        "by": by,
        "name": name,
        "rows": int(own.sum()),
        "rendered": int((own & rendered).sum()),
        "scored": len(known),
        "mean": round(float(known.mean()), 3) if len(known) else None,
    }
    if kept is not None:
        share = wilson(int((own & kept).sum()), int(own.sum()))
        made |= {"kept": int((own & kept).sum()), "low": share.low, "high": share.high}
    return made


def _selected(audit: Audit) -> dict[str, Any]:
    if audit.selection is None:
        return {}
    summary = audit.selection.summary
    review = np.array([decision == "review" for decision in audit.decisions[0]], dtype=bool)
    return {
        **{name: summary[name] for name in ("rows", "kept", "dropped", "review", "coverage", "coverage_floor")},
        "review_anyway": int((review & ~audit.eligible).sum()),
    }


def _messages(audit: Audit) -> list[list[Any]]:
    """What went wrong in rendering and reading, by message."""
    counts: Counter[tuple[str, str]] = Counter()
    for batch in audit.run.batches(["outcome", "message", "error"]):
        for row in batch.to_pylist():
            text = row["error"] or row["message"]
            if text:
                counts[("error" if row["error"] else row["outcome"] or "-", text.strip()[:160])] += 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
    return [[outcome, message, count] for (outcome, message), count in ordered]


def _provenance(audit: Audit) -> list[list[str]]:
    settings, info = audit.run.manifest["settings"], audit.run.manifest.get("info", {})
    judge = settings.get("judge", {})
    named = {
        "source": info.get("source"),
        "sha256 of the source": settings.get("source_sha256"),
        "judge": f"{judge.get('name')}, revision {judge.get('revision')}",
        "sha256 of the rubrics": settings.get("rubrics_sha256"),
        "seed": settings.get("seed"),
        **dict(sorted((info.get("versions") or {}).items())),
    }
    return [[name, str(value)] for name, value in named.items() if value is not None]


def _card(path: Path | None) -> list[list[Any]] | None:
    if path is None:
        return None
    try:
        lines = json.loads(path.read_text(encoding="utf-8"))["lines"]
        return [
            [
                line["section"],
                line["name"],
                line["unit"],
                *(line["estimate"][key] for key in ("value", "low", "high", "n")),
            ]
            for line in lines
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"cannot read {path}: {error}", hint="Give the JSON that `judge card -o` wrote.") from error


def _counted(counts: Counter[str]) -> list[list[Any]]:
    return [[name, count] for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
