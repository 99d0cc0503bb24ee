"""Where a stage runs: the processes of this machine, or a Ray cluster."""

from __future__ import annotations

from janus_reward.errors import InputError

ENGINES = ("local", "ray")


def known_engine(engine: str) -> str:
    """The engine of that name. Raises InputError when there is none."""
    if engine not in ENGINES:
        raise InputError(f"unknown engine {engine!r}", hint=f"Known engines: {', '.join(ENGINES)}.")
    return engine
