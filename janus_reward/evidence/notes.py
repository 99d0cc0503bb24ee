"""What a person wants to read beside the numbers: what is missing, what was drawn instead, what is dangerous."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from janus_reward.evidence import hazards, layout, markup, text
from janus_reward.evidence.change import removed_texts
from janus_reward.evidence.code import JSON, json_failure
from janus_reward.evidence.guard import grader_passages
from janus_reward.evidence.matching import Matching, matching
from janus_reward.evidence.requirement import named, requirements
from janus_reward.evidence.tree_change import tree_change
from janus_reward.evidence.tree_signals import change_notes
from janus_reward.evidence.view import View

_ITEMS = 10
_CHARS = 120


def notes(view: View) -> dict[str, Any]:
    """All findings that are not empty; lists of at most ten strings of at most 120 characters, of changes forty."""
    found: dict[str, Any] = {**_about_code(view), **_about_picture(view)}
    found["changes"] = change_notes(view.once(tree_change))
    if comparison := view.once(matching):
        found |= _about_instruction(comparison)
        found["contradicted"] = _bounded(named(view.once(requirements), "contradicted"))
        found["not_found"] = _bounded(named(view.once(requirements), "unknown"))
    return {name: value for name, value in sorted(found.items()) if value not in (None, [], "")}


def _about_code(view: View) -> dict[str, Any]:
    if view.code is None:
        return {}
    findings = view.python.findings if view.python else ()
    return {
        "code_capped": len(view.triple.code or "") if view.capped else None,
        "parse_error": _parse_error(view),
        "unused_names": _bounded(name for kind, name in findings if kind == "unused"),
        "undefined_names": _bounded(name for kind, name in findings if kind == "undefined"),
        "dangerous_calls": _bounded(dict.fromkeys(view.once(hazards.dangerous_calls))),
        "placeholders": _bounded(view.once(hazards.placeholders)),
        "unclosed_tags": _bounded(view.markup.unclosed) if view.markup and view.language == "html" else None,
    }


def _parse_error(view: View) -> str | None:
    if view.python and (failure := view.python.failure):
        return f"line {failure.line}: {failure.message}"[:_CHARS]
    if view.language == "svg":
        return (markup.check_xml(view.code or "").message or "")[:_CHARS]
    return json_failure(view.code or "") if view.language in JSON else None


def _about_picture(view: View) -> dict[str, Any]:
    texts = view.texts or ()
    exception = view.facts.get("exception")
    removed = view.once(removed_texts)
    return {
        "grader_text": _bounded(view.once(grader_passages)),
        "exception": f"{exception.get('type')}: {exception.get('message')}"[:_CHARS]
        if isinstance(exception, dict)
        else None,
        "blocked": _bounded(layout.strings_of(view.facts, "blocked") or ()),
        "overlapping_texts": _bounded(texts[index].text for index in view.once(text.overlaps)[0]),
        "low_contrast_texts": _bounded(words for words, ratio in view.once(text.text_contrasts) if ratio < 3),
        "default_labels": _bounded(text.default_labels(view)),
        "removed_texts": _bounded(removed[0]) if removed else None,
    }


def _about_instruction(comparison: Matching) -> dict[str, Any]:
    kinds = comparison.chart_types
    counts = comparison.counts
    widgets = comparison.widgets
    return {
        "missing_quotes": _bounded(comparison.quoted.missing),
        "missing_numbers": _bounded(comparison.numbers.missing),
        "missing_colors": _bounded(comparison.colors.missing),
        "missing_words": _bounded(comparison.words.missing) if comparison.words else None,
        "missing_widgets": _bounded(widgets.missing) if widgets else None,
        "missing_tools": _bounded(comparison.tools.missing),
        "wrong_counts": _bounded(counts.missing) if counts else None,
        "asked_chart_types": _bounded(kinds.asked) if kinds and kinds.missing else None,
        "drawn_chart_types": _bounded(comparison.types_there or ()) if kinds and kinds.missing else None,
        "missing_parts": _missing_parts(comparison),
    }


def _missing_parts(comparison: Matching) -> list[str]:
    parts = {
        "title": comparison.title_missing,
        "axis labels": comparison.labels_missing,
        "legend": comparison.legend_missing,
    }
    return [name for name, missing in parts.items() if missing]


def _bounded(items: Iterable[str]) -> list[str]:
    return [item[:_CHARS] for item, _ in zip(items, range(_ITEMS), strict=False)]
