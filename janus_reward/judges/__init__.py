"""The judges by name: one line each, imported only when used."""

from __future__ import annotations

import hashlib
from importlib import import_module
from pathlib import Path

from janus_reward.errors import InputError
from janus_reward.judges.base import Judge, Judgement

__all__ = ["JUDGES", "Judge", "Judgement", "judge_named"]

JUDGES: dict[str, str] = {
    "evidence": "janus_reward.judges.evidence:EvidenceJudge",
}
"""Name to `module:Class`; a class is made without arguments."""


def judge_named(name: str) -> Judge:
    """The judge of that name, or of the judge file at that path. Raises InputError when there is none."""
    if name in JUDGES:
        return _made(name)
    if name.endswith((".yaml", ".yml")):
        return _from_file(Path(name))
    hint = f"Known judges: {', '.join(sorted(JUDGES))}; or the path of a judge file (.yaml)."
    raise InputError(f"unknown judge {name!r}", hint=hint)


def _made(name: str) -> Judge:
    module, _, kind = JUDGES[name].partition(":")
    judge: Judge = getattr(import_module(module), kind)()
    return judge


def _from_file(path: Path) -> Judge:
    from janus_reward.judges.file import CalibratedJudge, read_judge_file

    file = read_judge_file(path)
    if file.judge not in JUDGES:
        raise InputError(f"{path}: unknown judge {file.judge!r}", hint=f"Known judges: {', '.join(sorted(JUDGES))}.")
    return CalibratedJudge(_made(file.judge), file, hashlib.sha256(path.read_bytes()).hexdigest())
