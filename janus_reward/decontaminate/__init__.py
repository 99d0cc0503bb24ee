"""Benchmark contamination of a dataset: found by shared words, shared structure and pictures, confirmed, explained.

    from janus_reward.decontaminate import Registry, decontaminate_dataset

    decontaminate_dataset("data.jsonl", "clean", ["humaneval", "mbpp"], registry=Registry.load(), data="benchmarks/")

Names are imported when first used: importing this package does not load numba.
"""

from __future__ import annotations

from janus_reward.lazy import lazily

_HOMES = {
    "Benchmark": "registry",
    "Registry": "registry",
    "Item": "items",
    "Items": "items",
    "DecontaminateSettings": "settings",
    "Detector": "detect",
    "Hit": "detect",
    "decontaminate_dataset": "dataset",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = lazily(__name__, _HOMES)
