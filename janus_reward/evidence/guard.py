"""Warnings about a triple: each flag is a predicate over the view."""

from __future__ import annotations

import re

from janus_reward.evidence import code
from janus_reward.evidence.hazards import dangerous_calls, grader_texts, placeholders
from janus_reward.evidence.lexis import CODE_LIMIT
from janus_reward.evidence.remarks import shown_passages
from janus_reward.evidence.signal import flag
from janus_reward.evidence.view import View

_HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\U000e0001-\U000e007f]|(?<!^)\ufeff")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def grader_passages(view: View) -> tuple[str, ...]:
    """Passages addressed to a grader in the code, its comments and what the picture shows, without repeats."""
    found = grader_texts(view.code or "") + view.once(shown_passages)
    return tuple(dict.fromkeys(found))


@flag("grader_text")
def grader_text(view: View) -> bool:
    """Warns of words addressed to whoever grades, a ready-made verdict, or role marks of a chat, in code or picture."""
    return bool(view.once(grader_passages))


@flag("dangerous_call")
def dangerous_call(view: View) -> bool:
    """Code that reaches for the system or the network, or runs text as code."""
    return bool(view.once(dangerous_calls))


@flag("network_blocked")
def network_blocked(view: View) -> bool:
    """A render asked for something on the network and was refused."""
    return bool(view.facts.get("blocked"))


@flag("page_cut")
def page_cut(view: View) -> bool:
    """A page was too tall; the picture shows only its upper part."""
    return "cut" in view.facts


@flag("instruction_echo")
def instruction_echo(view: View) -> bool:
    """The code or the picture repeats long passages of the instruction, which then count for nothing."""
    return view.echoed


@flag("placeholder_text")
def placeholder_text(view: View) -> bool:
    """Code with marks of unfinished work (TODO, lorem ipsum, "rest of the code")."""
    return bool(view.once(placeholders))


@flag("truncated_code")
def truncated_code(view: View) -> bool:
    """Code that stops in the middle of something."""
    return view.once(code.truncated) == 1.0


@flag("huge_code")
def huge_code(view: View) -> bool:
    """Code that is longer than what is analysed (200,000 characters)."""
    return view.capped


@flag("invisible_text")
def invisible_text(view: View) -> bool:
    """Code or instruction hold zero-width or direction-changing characters outside of right-to-left text."""
    for text in (view.code or "", (view.triple.instruction or "")[:CODE_LIMIT]):
        if _HIDDEN.search(text) and not _RIGHT_TO_LEFT.search(text):
            return True
    return False
