"""What the user says and what the assistant answers."""

from __future__ import annotations

import re

from janus_reward.export.records import Record

PLACEHOLDER = "<image>"
RESERVED = ("<image>", "<video>", "<audio>")
"""Texts that trainers replace by pictures, film and sound wherever they stand, also in code."""

_NAMES = {"vega-lite": "json", "vega": "json", "manim": "python", "svg": "svg"}
_TICKS = re.compile(r"`{3,}")


def prompt_text(record: Record) -> str:
    """The user's text: the instruction, and under it the code that an edit or a repair starts from."""
    text = record.instruction.strip()
    if record.before and record.task in ("edit", "repair"):
        text = f"{text}\n\n{fenced(record.before, record.language)}"
    return text


def answer_text(record: Record) -> str:
    """The assistant's text: the code in a fence."""
    return fenced(record.code, record.language)


def fenced(code: str, language: str) -> str:
    """Code in a Markdown fence that is longer than any run of backticks inside."""
    longest = max((len(run) for run in _TICKS.findall(code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{_NAMES.get(language, language)}\n{code.strip()}\n{fence}"


def reserved(record: Record) -> str | None:
    """The first text in a record that a trainer would take for a placeholder; `None` when there is none."""
    texts = (record.instruction, record.code, record.before or "")
    return next((token for token in RESERVED if any(token in text for text in texts)), None)


def messages(record: Record) -> list[dict[str, str]]:
    """The conversation in TRL's form."""
    return [user_message(record), {"role": "assistant", "content": answer_text(record)}]


def user_message(record: Record) -> dict[str, str]:
    """The user's turn in TRL's form."""
    return {"role": "user", "content": prompt_text(record)}
