"""Synthesis with the judge in the loop: strategies propose, a model generates, the sandbox executes, a judge decides.

    from janus_reward.synthesis import read_config, synthesize

    made = synthesize(*read_config("synthesis.yaml"), "runs/made")
    made.summary()["strategies"]["edit"]["yield"]

Names are imported when first used.
"""

from __future__ import annotations

from janus_reward.lazy import lazily

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

__getattr__, __dir__ = lazily(__name__, _HOMES)
