"""The score as a reward: a callable for TRL's trainers and for best-of-n.

    from janus_reward.reward import JanusReward

    trainer = GRPOTrainer(model, reward_funcs=JanusReward(workers=4), ...)

Names are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "JanusReward": "reward",
    "Ranked": "reward",
    "Rewarded": "shaping",
    "Shaping": "shaping",
    "MONITORS": "monitors",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return __all__
