"""Typed values out of the flat fields of one record; what is wrong is noted, what is right is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from janus_reward.dataset.bounds import MAX_CHECKLIST, MAX_TEXT_CHARS
from janus_reward.dataset.chat import text_of
from janus_reward.dataset.fences import strip_fences
from janus_reward.dataset.language import infer_language
from janus_reward.dataset.meta import MetaProblem, plain_meta
from janus_reward.dataset.pictures import kind_of, read_pictures
from janus_reward.triple import Picture

_SHOWN_PROBLEMS = 3
_QUESTION_KEYS = ("question", "text", "check", "item", "content")


class Problems:
    """What is wrong with one row, gathered field by field; empty (and false) when all is well."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, field: str | None, what: str) -> None:
        """Note that a field, or for `None` the row, is wrong, and what to do."""
        self._found.append(f"field `{field}`: {what}" if field else what)

    def __bool__(self) -> bool:
        return bool(self._found)

    def __str__(self) -> str:
        more = len(self._found) - _SHOWN_PROBLEMS
        shown = " | ".join(self._found[:_SHOWN_PROBLEMS])
        return f"{shown} | and {more} more" if more > 0 else shown


class FieldValues:
    """The values of one record's fields, each checked when it is asked for.

    Args:
        fields: flat fields, as `shapes.flat_fields` gives them.
        folder: where picture paths start.
        problems: takes what is wrong.
    """

    def __init__(self, fields: Mapping[str, Any], folder: Path | None, problems: Problems) -> None:
        self._fields = fields
        self._folder = folder
        self._problems = problems

    def text(self, name: str) -> str | None:
        """A text, or `None` when it is absent, null, only space, or no text."""
        value = self._fields.get(name)
        if isinstance(value, (list, tuple)) and value and all(isinstance(part, Mapping) for part in value):
            value = text_of(value)
        if value is None:
            return None
        if not isinstance(value, str):
            self._problems.add(name, f"expected text, got {kind_of(value)}; write it as text or null")
            return None
        return self._bounded(name, value)

    def code(self, name: str) -> tuple[str | None, str | None]:
        """A code without its fences, and the language the fence named; an object is a Vega or Vega-Lite chart."""
        value = self._fields.get(name)
        if isinstance(value, Mapping):
            return self._specification(name, value)
        answer = self.text(name)
        if answer is None:
            return None, None
        code, fence = strip_fences(answer)
        return (code, fence) if code.strip() else (None, fence)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """One of a closed list of words, in any case; `None` when absent or not of the list."""
        word = self.text(name)
        if word is None:
            return None
        known = word.strip().lower()
        if known in allowed:
            return known
        self._problems.add(name, f"{word[:60]!a} is not known; use one of {', '.join(allowed)}, or leave it out")
        return None

    def pictures(self, name: str) -> tuple[Picture, ...]:
        """The usable pictures of a field."""
        value = self._fields.get(name)
        if value is None:
            return ()
        pictures, wrong = read_pictures(value, self._folder)
        for what in wrong:
            self._problems.add(name, what)
        return tuple(pictures)

    def checklist(self) -> tuple[str, ...]:
        """The questions; each a text or an object with a `question`."""
        value = self._fields.get("checklist")
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, (list, tuple)):
            self._problems.add(
                "checklist", f"expected a list of questions, got {kind_of(value)}; write a list of texts"
            )
            return ()
        if len(items) > MAX_CHECKLIST:
            self._problems.add(
                "checklist", f"has {len(items):,} questions, over the bound of {MAX_CHECKLIST:,}; keep fewer"
            )
        questions = [_question(item) for item in items[:MAX_CHECKLIST]]
        if any(question is None for question in questions):
            self._problems.add("checklist", "holds an entry that is no text; write a list of texts")
        bounded = [self._bounded("checklist", question) for question in questions if question]
        return tuple(question for question in bounded if question)

    def meta(self) -> dict[str, Any]:
        """The record's `meta`, made JSON-serialisable; `{}` when absent or unusable."""
        value = self._fields.get("meta")
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self._problems.add("meta", f"expected an object, got {kind_of(value)}; write {{...}} or leave it out")
            return {}
        try:
            return plain_meta(value)
        except MetaProblem as problem:
            self._problems.add("meta", str(problem))
            return {}

    def check_before(self) -> None:
        """Note a `before` that is no object."""
        if "before" in self._fields:
            kind = kind_of(self._fields["before"])
            self._problems.add(
                "before", f'expected an object with `code` and `render`, got {kind}; write {{"code": ...}}'
            )

    def _specification(self, name: str, value: Mapping[str, Any]) -> tuple[str | None, str | None]:
        try:
            text = json.dumps(value, ensure_ascii=False, indent=2)
        except (TypeError, ValueError, RecursionError):
            text = ""
        language = infer_language(text, "json") if text else None
        if language in ("vega", "vega-lite"):
            return self._bounded(name, text), language
        self._problems.add(name, "expected text, got an object that is no Vega chart; write the code as text")
        return None, None

    def _bounded(self, name: str, text: str) -> str | None:
        if len(text) > MAX_TEXT_CHARS:
            self._problems.add(
                name, f"has {len(text):,} characters, over the bound of {MAX_TEXT_CHARS:,}; shorten or drop it"
            )
            return None
        if not text.strip():
            return None
        if not text.isascii() and _lone_surrogate(text):
            self._problems.add(name, "holds half of a UTF-16 pair, which is no character; encode the text again")
            return text.encode("utf-8", "replace").decode("utf-8")
        return text


def _lone_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _question(item: Any) -> str | None:
    if isinstance(item, str):
        return item
    if not isinstance(item, Mapping):
        return None
    return next((item[key] for key in _QUESTION_KEYS if isinstance(item.get(key), str)), None)
