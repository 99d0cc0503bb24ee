"""From a prompt and a completion, in either form that TRL hands over, to a record that can be scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from janus_reward.dataset.fences import strip_fences

Text = str | Sequence[Mapping[str, Any]]
"""A plain text, or messages with `role` and `content`."""

_FIELDS = ("instruction", "language", "domain", "task", "reference", "before", "checklist")


@dataclass(frozen=True, slots=True)
class Answer:
    """One completion, taken apart.

    Args:
        record: fields of the SRC schema; `code` is `None` where the completion holds none.
        text: the whole completion, with its prose.
    """

    record: Mapping[str, Any]
    text: str


def answer(prompt: Text, completion: Text, columns: Mapping[str, Any]) -> Answer:
    """The answer as a record.

    Args:
        prompt: what was asked; its last user message is the instruction, when the columns name none.
        completion: what was generated; the code is its largest fenced block, or all of it when it is bare code.
        columns: the other columns of the dataset's row, under the names of the SRC schema.
    """
    text = plain(completion, "assistant")
    code, named = strip_fences(text)
    record = {name: columns[name] for name in _FIELDS if columns.get(name) is not None}
    record.setdefault("instruction", plain(prompt, "user"))
    if named and "language" not in record:
        record["language"] = named
    record["code"] = code if code.strip() else None
    return Answer(record, text)


def plain(text: Text, role: str) -> str:
    """A text as it is; of messages the last one of a role (the last one of all, when none has it)."""
    if isinstance(text, str):
        return text
    said = [message for message in text if message.get("role") == role] or list(text)
    return _content(said[-1].get("content")) if said else ""


def _content(content: Any) -> str:
    """A message's text; its parts of other kinds are left out."""
    if isinstance(content, str):
        return content
    parts = [part.get("text", "") for part in content or () if isinstance(part, Mapping)]
    return "\n".join(part for part in parts if part)
