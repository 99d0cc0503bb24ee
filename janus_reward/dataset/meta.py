"""What a record carries along: `meta`, made plain enough for JSON and kept within bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from janus_reward.dataset.bounds import MAX_META_CHARS, MAX_META_DEPTH


class MetaProblem(Exception):
    """A `meta` that cannot be carried; the text says what is wrong and what to do."""


def plain_meta(meta: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that is JSON-serialisable: dates and decimals as text, NaN and infinities as null.

    Raises MetaProblem for bytes, for nesting or size over the bounds, and for other values JSON cannot hold.
    """
    budget = _Budget(MAX_META_CHARS)
    plain: dict[str, Any] = _plain(meta, 0, budget)
    return plain


class _Budget:
    def __init__(self, chars: int) -> None:
        self._left = chars

    def spend(self, chars: int) -> None:
        self._left -= chars + 1
        if self._left < 0:
            raise MetaProblem(f"has more than {MAX_META_CHARS:,} characters; keep less in it")


def _plain(value: Any, depth: int, budget: _Budget) -> Any:
    if depth > MAX_META_DEPTH:
        raise MetaProblem(f"is nested more than {MAX_META_DEPTH} levels deep; flatten it")
    if isinstance(value, Mapping):
        return {_text(str(key), budget): _plain(inner, depth + 1, budget) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, depth + 1, budget) for inner in value]
    return _leaf(value, budget)


def _leaf(value: Any, budget: _Budget) -> Any:
    if isinstance(value, str):
        return _text(value, budget)
    budget.spend(8)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        budget.spend(value.bit_length() // 3)
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, timedelta)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise MetaProblem("holds bytes, which cannot be carried; map them to a picture field or leave them out")
    raise MetaProblem(f"holds a {type(value).__name__}, which JSON cannot carry; write it as text")


def _text(text: str, budget: _Budget) -> str:
    budget.spend(len(text))
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
