"""Records that the JanusCoder pipelines write and read.

Synthesised: `new_description` and `new_code`, and for edits also `old_code`. Collected: `task_info.description` with
`turns`, whose codes are at `turns[i].output.content.value`; of several turns the last one that did not fail is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CODE_KEYS = ("new_code", "code", "output", "content", "value", "response", "answer", "text")
_INSTRUCTION_KEYS = ("description", "instruction", "prompt", "task", "query")
_FAILED = {"success": False, "passed": False, "pass": False, "new_pass": False, "executable": False, "status": "failed"}
_DEPTH = 5


def is_reference(raw: Mapping[str, Any]) -> bool:
    """Whether a record is one of the reference pipeline's."""
    return "new_description" in raw or "new_code" in raw or ("turns" in raw and "task_info" in raw)


def from_reference(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Flat fields of a reference record; what the pipeline left null is absent."""
    if "new_description" in raw or "new_code" in raw:
        found = {
            "instruction": raw.get("new_description"),
            "code": raw.get("new_code"),
            "before.code": raw.get("old_code"),
        }
    else:
        found = {"instruction": _instruction(raw.get("task_info")), "code": _last_code(raw.get("turns"))}
    return {name: value for name, value in found.items() if value is not None}


def _instruction(task_info: Any) -> Any:
    if not isinstance(task_info, Mapping):
        return task_info
    return next((task_info[key] for key in _INSTRUCTION_KEYS if task_info.get(key)), None)


def _last_code(turns: Any) -> str | None:
    listed = list(turns) if isinstance(turns, (list, tuple)) else [turns]
    codes = [(turn, _code(turn, _DEPTH)) for turn in listed]
    held = [(turn, code) for turn, code in codes if code is not None]
    good = [code for turn, code in held if not _failed(turn)]
    if good:
        return good[-1]
    return held[-1][1] if held else None


def _code(value: Any, depth: int) -> str | None:
    if isinstance(value, str):
        return value if value.strip() else None
    if not isinstance(value, Mapping) or depth == 0:
        return None
    found = (_code(value[key], depth - 1) for key in _CODE_KEYS if key in value)
    return next((code for code in found if code is not None), None)


def _failed(turn: Any) -> bool:
    if not isinstance(turn, Mapping):
        return False
    places = [turn, *(turn[key] for key in ("output", "result", "execution") if isinstance(turn.get(key), Mapping))]
    return any(key in place and place[key] == bad for place in places for key, bad in _FAILED.items())
