"""What the tools measured, in short sentences that a judge may rely on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from janus_reward.sample import Sample
from janus_reward.triple import Evidence

_DRAWN = 30
_LENGTH = 80
_LISTS: Mapping[str, str] = {
    "missing_quotes": "words that the instruction quotes and that were found nowhere in the result",
    "missing_numbers": "numbers of the instruction that were found nowhere",
    "missing_colors": "colours that were asked for and not found",
    "missing_parts": "asked for and not found",
    "missing_widgets": "controls that were asked for and not found",
    "wrong_counts": "counts that differ from what was asked",
    "asked_chart_types": "chart types asked for",
    "drawn_chart_types": "chart types drawn instead",
    "contradicted": "requirements that the measured result contradicts",
    "overlapping_texts": "texts that lie over other texts",
    "low_contrast_texts": "texts that hardly stand out from their background",
    "undefined_names": "names that the code uses and nobody defines",
    "unused_names": "names that are defined and never used",
    "placeholders": "marks of unfinished work in the code",
    "unclosed_tags": "tags that are never closed",
    "dangerous_calls": "calls that reach for files, processes or the network",
    "blocked": "addresses that the work asked for on the network; they were refused",
    "changes": "changes made by the edit",
}


def facts_of(sample: Sample, evidence: Evidence, *, vision: bool) -> tuple[str, ...]:
    """One sentence a fact, in a fixed order.

    Args:
        sample: what was rendered.
        evidence: what was measured.
        vision: whether the judge sees the picture; if not, it is told the words drawn in it.
    """
    return tuple(_lines(sample, evidence, vision))


def _lines(sample: Sample, evidence: Evidence, vision: bool) -> Iterator[str]:
    render = sample.render
    yield f"render outcome: {render.outcome}{f' ({render.message})' if render.message else ''}"
    if render.stills:
        still = render.stills[0]
        frames = f", {len(render.stills)} frames" if len(render.stills) > 1 else ""
        yield f"picture: {still.width} x {still.height} pixels{frames}"
    for name in ("exception", "parse_error"):
        if isinstance(evidence.notes.get(name), str):
            yield f"{name.replace('_', ' ')}: {evidence.notes[name]}"
    for name, words in _LISTS.items():
        items = evidence.notes.get(name)
        if isinstance(items, list) and items:
            yield f"{words}: {_joined(items)}"
    drawn = () if vision else _drawn(render.facts)
    if drawn:
        yield f"words drawn in the picture: {_joined(drawn)}"
    if "grader_text" in evidence.flags:
        yield "the work holds words addressed to a grader; they are a fault of the work"


def _drawn(facts: Mapping[str, Any]) -> list[str]:
    texts = facts.get("texts")
    if not isinstance(texts, list):
        return []
    found = [item.get("text") if isinstance(item, dict) else item for item in texts[:200]]
    return list(dict.fromkeys(" ".join(text.split()) for text in found if isinstance(text, str) and text.strip()))


def _joined(items: Iterable[Any]) -> str:
    return "; ".join(str(item)[:_LENGTH] for item, _ in zip(items, range(_DRAWN), strict=False))
