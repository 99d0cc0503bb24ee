"""The judges by name: one line each, imported only when used."""

from __future__ import annotations

import hashlib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from janus_reward.errors import InputError
from janus_reward.judges.base import Judge, Judgement, WaitingJudge, waits

if TYPE_CHECKING:
    from janus_reward.judges.file import JudgeFile

__all__ = ["JUDGES", "Judge", "Judgement", "WaitingJudge", "judge_named", "waits"]

JUDGES: dict[str, str] = {
    "evidence": "janus_reward.judges.evidence:EvidenceJudge",
}
"""Name to `module:Class`; a class is made without arguments."""

REWARD = "reward:"
"""What stands before the folder of a trained reward model."""


def judge_named(name: str) -> Judge:
    """The judge of that name, of the judge file at that path, or `reward:PATH` of a trained model.

    Raises:
        InputError: there is none.
    """
    if name in JUDGES:
        return _made(name)
    if name.startswith(REWARD):
        from janus_reward.judges.reward import RewardJudge

        return RewardJudge(Path(name.removeprefix(REWARD)))
    if name.endswith((".yaml", ".yml")):
        return _from_file(Path(name))
    hint = f"Known judges: {', '.join(sorted(JUDGES))}; reward:PATH; or the path of a judge file (.yaml)."
    raise InputError(f"unknown judge {name!r}", hint=hint)


def _made(name: str) -> Judge:
    module, _, kind = JUDGES[name].partition(":")
    judge: Judge = getattr(import_module(module), kind)()
    return judge


def _from_file(path: Path) -> Judge:
    from janus_reward.judges.file import CalibratedJudge, CalibratedWaitingJudge, read_judge_file

    file = read_judge_file(path)
    inner = _inner(file, path)
    if not file.calibration and inner.name not in JUDGES:
        return inner
    said = (inner.revision + file.model_dump_json(include={"calibration", "widest_interval"})).encode()
    if waits(inner):
        return CalibratedWaitingJudge(inner, file, hashlib.sha256(said).hexdigest())
    return CalibratedJudge(inner, file, hashlib.sha256(path.read_bytes()).hexdigest())


def _inner(file: JudgeFile, path: Path) -> Judge:
    """The judge that a file is about, before calibration."""
    from janus_reward.judges.file import KINDS

    if file.judge == "model":
        from janus_reward.judges.model import ModelJudge
        from janus_reward.judges.model_file import ModelFile

        return ModelJudge(cast(ModelFile, file))
    if file.judge in KINDS:
        from janus_reward.judges.group import group_of

        return group_of(file, lambda name: judge_named(_beside(path, name)))
    if file.judge.startswith(REWARD):
        return judge_named(f"{REWARD}{path.parent / file.judge.removeprefix(REWARD)}")
    if file.judge not in JUDGES:
        known = ", ".join(sorted({*JUDGES, *KINDS}))
        raise InputError(f"{path}: unknown judge {file.judge!r}", hint=f"Known judges: {known}.")
    return _made(file.judge)


def _beside(path: Path, name: str) -> str:
    """A member's name; files are looked for beside the file that names them."""
    return str(path.parent / name) if name.endswith((".yaml", ".yml")) else name
