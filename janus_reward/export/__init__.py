"""Training sets from a selection, in the forms that trainers read, each with a card, Croissant metadata and a manifest.

    from janus_reward.export import export_selection

    export_selection("selected/a", "sets/a", "sharegpt", source="corpus.jsonl")

Names are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {"export_selection": "package", "FORMATS": "formats"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return __all__
