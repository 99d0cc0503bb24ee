"""The strict reader of JSON replies: one object with exactly the members that were asked for, or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from janus_reward.judges.engine.base import Reply
from janus_reward.judges.modes.base import Unreadable

_LONGEST = 200_000
_THOUGHT = re.compile(r"\A\s*<think>.{0,150000}?</think>\s*", re.DOTALL)
_FENCE = re.compile(r"\A```(?:json)?[ \t]*\n(.*?)\n?```\Z", re.DOTALL)
_REFUSAL = re.compile(
    r"\A\W{0,10}(?:i['’]?m (?:very )?sorry|(?:i )?apologi[sz]e|sorry[,.]"
    r"|i (?:can['’]?t|cannot|can not|won['’]t|will not)"
    r"|i['’]?m (?:unable|not able)|i am (?:unable|not able|sorry)|as an ai\b|unable to (?:help|assist|comply))",
    re.IGNORECASE,
)


def spoken(reply: Reply) -> str:
    """The reply without a leading block of thoughts. Raises Unreadable for a refusal or a reply that was cut."""
    if reply.finish == "refused":
        raise Unreadable("refused", "the endpoint refused")
    text = _THOUGHT.sub("", reply.text[:_LONGEST], count=1).strip()
    if text.startswith("<think>"):
        raise Unreadable("truncated" if reply.finish == "length" else "unparsable", "the thoughts never end")
    return text


def read_object(reply: Reply, members: Sequence[str]) -> Mapping[str, Any]:
    """The one JSON object of a reply, with exactly these members; a code fence around it is allowed, text is not.

    Raises:
        Unreadable: for anything else, and for a member that is there twice.
    """
    text = spoken(reply)
    if fenced := _FENCE.match(text):
        text = fenced.group(1).strip()
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise unread(reply, text, f"it is not one JSON object ({_short(error)})") from None
    if not isinstance(found, dict):
        raise unread(reply, text, "it is not a JSON object")
    if set(found) != set(members):
        raise Unreadable("unparsable", f"its members must be exactly: {', '.join(members)}")
    return found


def unread(reply: Reply, text: str, complaint: str) -> Unreadable:
    """Why a reply without an answer has none: it refuses, it was cut, or it is something else."""
    if reply.finish == "length":
        return Unreadable("truncated", "it was cut before its end; be shorter")
    return Unreadable("refused" if _REFUSAL.match(text) else "unparsable", complaint)


def words(value: Any, most: int = 2000) -> str:
    """A member that must be text. Raises Unreadable otherwise."""
    if not isinstance(value, str):
        raise Unreadable("unparsable", "a member that must be text is not")
    return " ".join(value.split())[:most]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is there twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _short(error: Exception) -> str:
    return f"{type(error).__name__}" if isinstance(error, RecursionError) else " ".join(str(error).split())[:80]
