"""What a model's reply holds: an instruction or a code. What is neither is refused, in words that the model can use."""

from __future__ import annotations

import re

from janus_reward.dataset.fences import strip_fences

_LABEL = re.compile(
    r"^\s*(?:\*\*)?(?:new |edit |bug )?(?:task|instruction|request|report)(?:\*\*)?\s*:(?:\*\*)?\s*", re.I
)
_QUOTES = (('"', '"'), ("“", "”"), ("'", "'"))
_LEAST_CHARS, _MOST_CHARS = 15, 4_000


class NotUsable(ValueError):
    """The reply is not what was asked for; the message says why."""


def instruction_of(text: str) -> str:
    """The instruction in a reply, without a label or quotes around it.

    Raises:
        NotUsable: it holds code, or is too short or too long for an instruction.
    """
    if "```" in text:
        raise NotUsable("it holds a code block; only the text was asked for")
    plain = _LABEL.sub("", text.strip()).strip()
    for left, right in _QUOTES:
        if plain.startswith(left) and plain.endswith(right) and plain.count(left) <= 2 and len(plain) > 1:
            plain = plain[1:-1].strip()
    if len(plain) < _LEAST_CHARS:
        raise NotUsable("it is too short to say what is wanted")
    if len(plain) > _MOST_CHARS:
        raise NotUsable(f"it has more than {_MOST_CHARS} characters")
    return plain


def code_of(text: str) -> str:
    """The code in a reply.

    Raises:
        NotUsable: there is none.
    """
    code, _ = strip_fences(text)
    if not code.strip():
        raise NotUsable("it holds no code")
    return code.strip("\n") + "\n"
