"""Benchmark contamination of a dataset: found by shared words, shared structure and pictures, confirmed, explained.

    from janus_reward.decontaminate import Registry, decontaminate_dataset

    decontaminate_dataset("data.jsonl", "clean", ["humaneval", "mbpp"], registry=Registry.load(), data="benchmarks/")

Names are imported when first used: importing this package does not load numba.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

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


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return __all__
