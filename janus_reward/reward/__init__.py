"""The score as a reward: a callable for TRL's trainers and for best-of-n.

    from janus_reward.reward import JanusReward

    trainer = GRPOTrainer(model, reward_funcs=JanusReward(workers=4), ...)

Names are imported when first used.
"""

from __future__ import annotations

from janus_reward.lazy import lazily

_HOMES = {
    "JanusReward": "reward",
    "Ranked": "reward",
    "Rewarded": "shaping",
    "Shaping": "shaping",
    "MONITORS": "monitors",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = lazily(__name__, _HOMES)
