"""What is said beside the answer: words to a grader, and comments that say nothing about the code."""

from __future__ import annotations

import re
from math import inf

from janus_reward.evidence.hazards import grader_texts
from janus_reward.evidence.ocr import reading_of
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View
from janus_reward.evidence.words import content_stems

_SHORT = 8
_COMMENTS = 400
_WORD = re.compile(r"[A-Za-z]{3,}")


@signal("code.grader_passages", unit="count", high=inf)
def code_grader_passages(view: View) -> float | None:
    """Passages of the code, comments and hidden text included, that speak to whoever grades it."""
    return None if view.code is None else float(len(grader_texts(view.code)))


@signal("text.grader_passages", unit="count", high=inf)
def text_grader_passages(view: View) -> float | None:
    """Passages that the picture shows and that speak to whoever grades it."""
    if view.picture_words is None and view.once(reading_of) is None:
        return None
    return float(len(view.once(shown_passages)))


def shown_passages(view: View) -> tuple[str, ...]:
    """Passages in the picture that speak to a grader: in its structure, and in what a reader saw if one was asked."""
    reading = view.once(reading_of)
    read = "\n".join(line.text for line in reading.lines) if reading else ""
    return tuple(dict.fromkeys(grader_texts(view.picture_words or "") + grader_texts(read)))


@signal("code.idle_comment_share")
def idle_comment_share(view: View) -> float | None:
    """Share of the code's characters in comments of eight words or more that name nothing of the code or the task."""
    if not view.code or not view.lexis.comments:
        return None if not view.code else 0.0
    asked = view.triple.instruction or ""
    known = view.code_stems | frozenset(content_stems(asked[:20_000]))
    joined = "\n".join(comment.strip("#/*<!-> \t") for comment in view.lexis.comments[:_COMMENTS])
    idle = [text for text in joined.split("\n") if _idle(text, known)]
    return min(1.0, sum(map(len, idle)) / len(view.code))


def _idle(text: str, known: frozenset[str]) -> bool:
    words = _WORD.findall(text)
    return len(words) >= _SHORT and not known.intersection(content_stems(text))
