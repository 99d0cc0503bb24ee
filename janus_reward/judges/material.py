"""The judged material as a judge may read it: fenced, stripped of what acts on a model, cut to size.

Everything here is a pure function of one sample, so that the order of rows changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from janus_reward.evidence.hazards import grader_texts
from janus_reward.evidence.lexis import scan

_WIDE = 400_000
_CODE_LINES_KEPT = 2
_ANCHOR = 24
_WINDOW = 400
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]"
)
_RESERVED = re.compile(
    r"<[|｜](?=[^\n<>]{1,60}[|｜]>)|<(?=/?s>|\[?/?INST\]?|</?SYS>>|(?:start|end)_of_turn>|/?(?:think|tool_call|image|img|video)>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|IMG)\])|<<(?=/?SYS>>)",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?im)^([ \t#*>/]{0,8})(system|user|assistant|human|ai|developer|judge|grader|verdict)([ \t*]{0,4}):(?!:)(?=\s)"
)
_PIECE = re.compile(r"[^\W\d_]{1,6}|\d{1,3}|_|[^\w\s]|\s{2,16}|\s(?=\s)")
_LONE_SPACES = re.compile(r"[ \t]+(?=\n)|\n{3,}")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text made safe.

    Args:
        text: as a judge may read it.
        found: what was taken out: `reserved`, `invisible`, `grader_text`, `roles`.
    """

    text: str
    found: frozenset[str] = frozenset()


def cleaned(text: str) -> Cleaned:
    """The text without marks that models reserve, characters nobody sees, and words addressed to a grader."""
    text = text[:_WIDE]
    seen = _INVISIBLE.sub("", text)
    found = {"invisible"} if seen != text else set()
    plain, passages = _without_orders(seen)
    if passages:
        found.add("grader_text")
    unmarked = _RESERVED.sub("(", plain).replace("⟦", "[").replace("⟧", "]")
    if unmarked != plain:
        found.add("reserved")
    text = _ROLE.sub(r"\1\2\3 -", unmarked)
    return Cleaned(text, frozenset(found | ({"roles"} if text != unmarked else set())))


def fence(name: str, text: str, nonce: str) -> str:
    """A block that only we can close: the nonce depends on the sample and the seed; ⟦ is in no material."""
    return f"⟦{name}⟧\n{text}\n⟦end {nonce}⟧"


def nonce_of(seed: int, parts: Iterable[str | bytes]) -> str:
    """Sixteen hex digits from everything that was handed in: no text can hold its own hash."""
    digest = hashlib.sha256(f"fence {seed}".encode())
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def without_comments(code: str, language: str | None) -> str:
    """The code without comments and without the blank lines that they leave."""
    stripped = scan(code[:_WIDE], language).stripped
    return _LONE_SPACES.sub(lambda match: "\n\n" if "\n" in match.group() else "", stripped).strip("\n")


def comments_of(code: str, language: str | None) -> tuple[str, ...]:
    """Every comment on a line of its own, with the beginning of the code line that it stands beside or above."""
    code = code[:_WIDE]
    found: list[str] = []
    at = 0
    for comment in scan(code, language).comments:
        at = max(code.find(comment, at), 0)
        line = code[code.rfind("\n", 0, at) + 1 : at].strip()
        at += len(comment)
        beside = line or code[at : at + _WINDOW].strip().partition("\n")[0]
        found.append(f"{' '.join(comment.split())} [{beside[:_ANCHOR].strip()}]")
    return tuple(found)


def tokens_of(text: str) -> int:
    """About how many tokens a model makes of a text: pieces of words, digits in threes, each mark of its own.

    An estimate for forecasts and cuts; what was really used comes from the engine.
    """
    return sum(1 for _ in _PIECE.finditer(text))


def cut_middle(text: str, most: int) -> tuple[str, int]:
    """Text of at most about `most` tokens: the middle lines give way to a marker. Also gives the lines left out."""
    if tokens_of(text) <= most:
        return text, 0
    lines = text.split("\n")
    head, tail = _ends(lines, most)
    left_out = len(lines) - head - tail
    if head + tail < _CODE_LINES_KEPT or left_out < 1:
        return _cut_characters(text, most), 1
    marker = f"[... {left_out} lines left out here ...]"
    return "\n".join([*lines[:head], marker, *lines[len(lines) - tail :]]), left_out


def _ends(lines: list[str], most: int) -> tuple[int, int]:
    """How many lines of the beginning (two thirds) and of the end (one third) fit."""
    head = tail = 0
    room_head, room_tail = most * 2 // 3, most // 3
    while head < len(lines) and (cost := tokens_of(lines[head]) + 1) <= room_head:
        room_head, head = room_head - cost, head + 1
    while tail < len(lines) - head and (cost := tokens_of(lines[-1 - tail]) + 1) <= room_tail:
        room_tail, tail = room_tail - cost, tail + 1
    return head, tail


def _cut_characters(text: str, most: int) -> str:
    """For texts of one endless line."""
    kept = max(40, int(len(text) * most / max(tokens_of(text), 1)))
    half = kept // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out here ...]\n{text[-half:]}"


def _without_orders(text: str) -> tuple[str, bool]:
    """The text with every passage that speaks to a grader replaced; each passage is found again by its words."""
    found = False
    for passage in grader_texts(text):
        words = [re.escape(word) for word in passage.split()[:40]]
        if not words:
            continue
        pattern = re.compile(r"[\s#/*]{1,20}".join(words))
        text = pattern.sub("[a remark to a grader was removed]", text)
        found = True
    return text, found
