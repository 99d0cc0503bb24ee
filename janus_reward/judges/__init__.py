"""The judges by name: one line each, imported only when used."""

from __future__ import annotations

from importlib import import_module

from janus_reward.errors import InputError
from janus_reward.judges.base import Judge, Judgement

__all__ = ["JUDGES", "Judge", "Judgement", "judge_named"]

JUDGES: dict[str, str] = {
    "evidence": "janus_reward.judges.evidence:EvidenceJudge",
}
"""Name to `module:Class`; a class is made without arguments."""


def judge_named(name: str) -> Judge:
    """The judge of that name. Raises InputError when there is none."""
    target = JUDGES.get(name)
    if target is None:
        raise InputError(f"unknown judge {name!r}", hint=f"Known judges: {', '.join(sorted(JUDGES))}.")
    module, _, kind = target.partition(":")
    judge: Judge = getattr(import_module(module), kind)()
    return judge
