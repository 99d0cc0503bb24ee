"""Records of a chat: `messages` or `conversations` with `images`, as LLaMA-Factory and ShareGPT write them.

The answer is the last assistant turn; the instruction is every user turn since the assistant turn with code before it.
That earlier code, or code quoted in the user's text, is what an edit starts from, and the pictures that the user shows
are then the picture before the edit; without it they are the reference to reproduce. Pictures of an assistant turn are
renders. The system prompt is kept as `meta.system`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from janus_reward.dataset.fences import fenced_blocks, strip_fences
from janus_reward.dataset.language import infer_language

_TURN_FIELDS = ("messages", "conversations", "conversation")
_ROLES = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
    "system": "system",
}
_PICTURE_KEYS = ("image", "image_url", "url", "path", "data")
_IMAGE_TOKEN = re.compile(r"<(?:image|img)>|<\|image(?:_pad)?\|>|<image_\d{1,3}>")
_QUOTED_CODE = re.compile(
    r"^(?:(?:the )?(?:original |current |existing )?code(?: is)?):[ \t]*\n?", re.IGNORECASE | re.MULTILINE
)
_INSTRUCTION_WORD = re.compile(r"\A\s*instruction:[ \t]*\n?", re.IGNORECASE)
_SCREENSHOT_WORD = re.compile(r"^the (?:web ?page )?screenshot:[ \t]*$", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class _Turn:
    role: str
    text: str
    pictures: list[Any] = field(default_factory=list)


def is_chat(raw: Mapping[str, Any]) -> bool:
    """Whether a record holds turns of a chat."""
    return any(isinstance(raw.get(name), (list, tuple)) for name in _TURN_FIELDS)


def from_chat(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Flat fields of a chat record; turns that are no turns are left out."""
    listed = next(raw[name] for name in _TURN_FIELDS if isinstance(raw.get(name), (list, tuple)))
    turns = [turn for turn in map(_turn, listed) if turn is not None]
    _share_out(_pictures_of(raw), turns)
    answer = next((n for n in reversed(range(len(turns))) if turns[n].role == "assistant"), None)
    start = _start_of_request(turns, answer)
    asked = [turn for turn in turns[start + 1 : answer] if turn.role == "user"]
    fields = _request(asked, turns[start] if start >= 0 else None)
    _place_pictures(turns, fields)
    if answer is not None:
        _answer(turns[answer], fields)
    system = raw.get("system") or next((turn.text for turn in turns if turn.role == "system"), None)
    if isinstance(system, str) and system:
        fields.setdefault("meta", {})["system"] = system
    return fields


def text_of(content: Any) -> str | None:
    """The text of a turn's content: text itself, or the text parts of a list of parts; `None` when it is neither."""
    if isinstance(content, str):
        return content
    if not isinstance(content, (list, tuple)):
        return None
    parts = [
        part if isinstance(part, str) else part.get("text") if isinstance(part, Mapping) else None for part in content
    ]
    texts = [part for part in parts if isinstance(part, str)]
    return "\n".join(texts) if texts or not content else None


def _turn(value: Any) -> _Turn | None:
    if not isinstance(value, Mapping):
        return None
    role = value.get("role") or value.get("from")
    content = value["content"] if value.get("content") is not None else value.get("value")
    text = text_of(content)
    pictures = list(_part_pictures(content))
    if not isinstance(role, str) or (text is None and not pictures):
        return None
    return _Turn(_ROLES.get(role.strip().lower(), "other"), text or "", pictures)


def _part_pictures(content: Any) -> Sequence[Any]:
    """Pictures among the parts; a picture part that carries none is `None` and takes its picture from `images`."""
    if not isinstance(content, (list, tuple)):
        return []
    parts = [part for part in content if isinstance(part, Mapping)]
    shown = [part for part in parts if str(part.get("type")).startswith(("image", "input_image"))]
    return [_payload(part) for part in shown]


def _payload(part: Mapping[str, Any]) -> Any:
    return next((part[key] for key in _PICTURE_KEYS if part.get(key) is not None), None)


def _pictures_of(raw: Mapping[str, Any]) -> list[Any]:
    value: Any = next((raw[name] for name in ("images", "image") if raw.get(name) is not None), [])
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _share_out(pictures: list[Any], turns: list[_Turn]) -> None:
    """Give the record's pictures to the turns that have a place for them; the rest goes to the first user turn."""
    left = iter(pictures)
    for turn in turns:
        places = len(_IMAGE_TOKEN.findall(turn.text)) if not turn.pictures else 0
        own = [next(left, None) if picture is None else picture for picture in turn.pictures]
        own += [next(left, None) for _ in range(places)]
        turn.pictures = [picture for picture in own if picture is not None]
        turn.text = _IMAGE_TOKEN.sub("", turn.text).strip()
    rest = list(left)
    first = next((turn for turn in turns if turn.role == "user"), None)
    if first is not None:
        first.pictures += rest


def _start_of_request(turns: list[_Turn], answer: int | None) -> int:
    """Index of the last assistant turn with code before the answer, or -1."""
    end = len(turns) if answer is None else answer
    earlier = (n for n in reversed(range(end)) if turns[n].role == "assistant" and fenced_blocks(turns[n].text))
    return next(earlier, -1)


def _request(asked: list[_Turn], earlier: _Turn | None) -> dict[str, Any]:
    text = "\n\n".join(turn.text for turn in asked if turn.text)
    fields: dict[str, Any] = {}
    if earlier is not None:
        fields["before.code"] = strip_fences(earlier.text)[0]
    else:
        text, quoted = _split_quoted_code(text)
        if quoted:
            fields["before.code"] = quoted
    text = _SCREENSHOT_WORD.sub("", _INSTRUCTION_WORD.sub("", text)).strip()
    if text:
        fields["instruction"] = text
    return fields


def _split_quoted_code(text: str) -> tuple[str, str | None]:
    """A user's text in two: what is asked, and the code below a line `Code:`, when that is code."""
    mark = _QUOTED_CODE.search(text)
    if mark is None:
        return text, None
    rest = text[mark.end() :]
    shot = _SCREENSHOT_WORD.search(rest)
    quoted, after = (rest[: shot.start()], rest[shot.end() :]) if shot else (rest, "")
    code = strip_fences(quoted.strip())[0].strip()
    if infer_language(code) is None:
        return text, None
    return f"{text[: mark.start()].strip()}\n\n{after.strip()}".strip(), code


def _place_pictures(turns: list[_Turn], fields: dict[str, Any]) -> None:
    shown = [picture for turn in turns if turn.role == "user" for picture in turn.pictures]
    made = [picture for turn in turns if turn.role == "assistant" for picture in turn.pictures]
    if shown and "before.code" in fields:
        fields["before.render"] = shown[0]
    elif shown:
        fields["reference"] = shown
    if made:
        fields["render"] = made


def _answer(turn: _Turn, fields: dict[str, Any]) -> None:
    code, fence = strip_fences(turn.text)
    if fence is not None:
        fields["language"] = fence
    if code != turn.text or infer_language(code) is not None:
        fields["code"] = code
    elif turn.text:
        fields.setdefault("meta", {})["answer"] = turn.text
