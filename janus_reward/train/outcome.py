"""The note that a finished recipe leaves in its folder: the same command then does nothing, another is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from janus_reward.errors import InputError

_FINISHED, _STARTED = "recipe.json", "started.json"
_HINT = "Give another `out`, or delete the folder."


def finished(out: Path, asked: dict[str, Any]) -> dict[str, Any] | None:
    """What a finished folder holds; `None` when there is none. Raises InputError when it is of another config."""
    recipe = out / _FINISHED
    if not recipe.is_file():
        return None
    made = json.loads(recipe.read_text(encoding="utf-8"))
    if made["config"] != asked:
        raise InputError(f"{out} was made with another config", hint=_HINT)
    return {"out": str(out), "figures": made["figures"]}


def claim(out: Path, asked: dict[str, Any]) -> None:
    """Note whose checkpoints these are before the first is written. Raises InputError when they are another's."""
    out.mkdir(parents=True, exist_ok=True)
    note = out / _STARTED
    if note.is_file() and json.loads(note.read_text(encoding="utf-8")) != asked:
        raise InputError(f"{out} holds checkpoints of another config", hint=_HINT)
    note.write_text(json.dumps(asked), encoding="utf-8")


def finish(out: Path, asked: dict[str, Any], figures: dict[str, Any]) -> dict[str, Any]:
    """Note that the folder is finished; gives what the recipe returns."""
    text = json.dumps({"config": asked, "figures": figures}, indent=1)
    (out / _FINISHED).write_text(text, encoding="utf-8")
    (out / _STARTED).unlink(missing_ok=True)
    return {"out": str(out), "figures": figures}
