"""Answers to another instruction, and instructions that ask for what the answer does not have."""

from __future__ import annotations

import re
from dataclasses import replace

from janus_reward.corrupt.base import Case, corruption
from janus_reward.corrupt.colours import NAMED
from janus_reward.corrupt.criteria import ADHERENCE, COMPLETION, PRESERVATION, QUALITY, RELEVANCE, VISUAL
from janus_reward.triple import Triple

_TYPES = {
    r"\bbar (chart|graph)": "pie chart",
    r"\bline (chart|graph)": "bar chart",
    r"\bpie (chart|graph)": "line chart",
    r"\bscatter ?(plot|chart)?\b": "bar chart",
    r"\bhistogram\b": "pie chart",
    r"\bheatmap\b": "line chart",
}
_EXTRAS = {
    "chart": ' Also draw a dashed line at the mean with the label "Average", and the subtitle "Source: survey 2031".',
    "webui": ' Also add a form with the heading "Stay in touch", an e-mail field and a button "Subscribe now".',
    "demo": ' Also add a button "Export as CSV" and a table with the heading "Recorded values".',
    "artifact": ' Also add a button "Undo last step" and a list with the heading "History".',
    "svg": ' Also draw a red balloon with a yellow string in the upper left corner and the word "HELLO" below it.',
    "animation": ' Also show a counter of full seconds in the upper left corner and a button "Pause".',
}


@corruption("instruction.mismatch", 3, lowers=(RELEVANCE, COMPLETION, ADHERENCE), keeps=(QUALITY,), shows="either")
def mismatch(case: Case) -> Triple | None:
    """The code answers another instruction (or shows another reference)."""
    other = case.stranger
    if other is None:
        return None
    words = other.instruction != case.triple.instruction
    if not words and other.references == case.triple.references:
        return None
    return replace(case.triple, code=other.code)


@corruption("instruction.other_type", 3, lowers=(RELEVANCE, COMPLETION), keeps=(QUALITY, VISUAL), shows="no")
def other_type(case: Case) -> Triple | None:
    """The instruction asks for another type of chart than the code draws."""
    text = case.triple.instruction or ""
    if case.triple.task != "generate" or case.triple.domain != "chart":
        return None
    for pattern, other in _TYPES.items():
        if re.search(pattern, text, re.IGNORECASE):
            return replace(case.triple, instruction=re.sub(pattern, other, text, flags=re.IGNORECASE), checklist=())
    return None


@corruption("instruction.other_colour", 2, lowers=(COMPLETION,), keeps=(QUALITY,), shows="no", holdout=True)
def other_colour(case: Case) -> Triple | None:
    """The instruction asks for other colours than the code uses."""
    text = case.triple.instruction or ""
    asked = [
        name
        for name in NAMED
        if name not in ("white", "black", "gray", "grey") and re.search(rf"\b{name}\b", text, re.IGNORECASE)
    ]
    if not asked or case.compared:
        return None
    for name in asked:
        text = re.sub(rf"\b{name}\b", "brown" if name != "brown" else "magenta", text, flags=re.IGNORECASE)
    return replace(case.triple, instruction=text, checklist=())


@corruption("instruction.other_title", 2, lowers=(COMPLETION,), keeps=(QUALITY, VISUAL), shows="no")
def other_title(case: Case) -> Triple | None:
    """The instruction asks for another quoted text than the code shows."""
    text = case.triple.instruction or ""
    quotes = [found for found in re.findall(r'["“]([^"“”\n]{4,60})["”]', text) if found in case.code]
    quote = case.pick(sorted(set(quotes)))
    if quote is None or case.compared:
        return None
    return replace(case.triple, instruction=text.replace(quote, "Harbour traffic by quarter 2031"), checklist=())


@corruption("instruction.asks_more", 2, lowers=(COMPLETION,), keeps=(QUALITY, VISUAL, RELEVANCE), shows="no")
def asks_more(case: Case) -> Triple | None:
    """The instruction asks for two more things, which the code does not have."""
    extra = _EXTRAS.get(case.triple.domain or "")
    if extra is None or case.compared or not case.triple.instruction:
        return None
    return replace(case.triple, instruction=case.triple.instruction.rstrip() + extra)


@corruption(
    "instruction.wrong_reference",
    3,
    lowers=(RELEVANCE, COMPLETION, VISUAL),
    keeps=(QUALITY, PRESERVATION),
    shows="no",
    holdout=True,
)
def wrong_reference(case: Case) -> Triple | None:
    """The reference picture is that of another triple."""
    other = case.stranger
    if (
        case.triple.task != "reproduce"
        or other is None
        or not other.references
        or other.references == case.triple.references
    ):
        return None
    return replace(case.triple, references=other.references)
