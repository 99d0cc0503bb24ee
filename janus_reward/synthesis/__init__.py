"""Synthesis with the judge in the loop: strategies propose, a model generates, the sandbox executes, a judge decides.

    from janus_reward.synthesis import read_config, synthesize

    made = synthesize(*read_config("synthesis.yaml"), "runs/made")
    made.summary()["strategies"]["edit"]["yield"]

Names are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "STRATEGIES": "strategies",
    "Synthesis": "made",
    "SynthesisConfig": "config",
    "read_config": "config",
    "read_synthesis": "made",
    "scenes": "animation_split",
    "synthesize": "run",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return __all__
