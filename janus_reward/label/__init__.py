"""People's ratings of a scored run: a sample of known probabilities, a page to rate it, what the ratings say.

    from janus_reward.label import LabelStore, estimate

    with LabelStore("runs/a/labels.sqlite") as store:
        store.rate(item=1, rater="ana", criterion="score", value=4)
    estimate_labels("runs/a", "runs/a/labels.sqlite")["mean"]

Names are imported when first used.
"""

from __future__ import annotations

from janus_reward.lazy import lazily

_HOMES = {
    "LabelStore": "store",
    "draw_sample": "sample",
    "estimate_labels": "estimate",
    "export_labels": "store",
    "serve": "server",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = lazily(__name__, _HOMES)
