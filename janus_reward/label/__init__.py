"""People's ratings of a scored run: a sample of known probabilities, a page to rate it, what the ratings say.

    from janus_reward.label import LabelStore, estimate

    with LabelStore("runs/a/labels.sqlite") as store:
        store.rate(item=1, rater="ana", criterion="score", value=4)
    estimate_labels("runs/a", "runs/a/labels.sqlite")["mean"]

Names are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "LabelStore": "store",
    "draw_sample": "sample",
    "estimate_labels": "estimate",
    "export_labels": "store",
    "serve": "server",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return __all__
