"""Which way each signal may push a criterion."""

from __future__ import annotations

from pathlib import Path

import yaml

from janus_reward.evidence import SIGNALS

SIGNS = Path(__file__).with_name("signs.yaml")
_SIGN = {"+": 1, "-": -1, "?": 0}


def load_signs(path: Path = SIGNS) -> dict[str, dict[str, int]]:
    """Sign by signal, by criterion.

    Raises:
        ValueError: a signal is unknown or named twice under one criterion.
    """
    signs: dict[str, dict[str, int]] = {}
    for criterion, groups in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        chosen = signs.setdefault(criterion, {})
        for mark, names in groups.items():
            for name in names:
                if name not in SIGNALS or name in chosen:
                    raise ValueError(f"signs.yaml, {criterion}: {name!r} is unknown or named twice")
                chosen[name] = _SIGN[mark]
    return signs
