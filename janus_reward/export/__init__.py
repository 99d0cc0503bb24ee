"""Training sets from a selection, in the forms that trainers read, each with a card, Croissant metadata and a manifest.

    from janus_reward.export import export_selection

    export_selection("selected/a", "sets/a", "sharegpt", source="corpus.jsonl")

Names are imported when first used.
"""

from __future__ import annotations

from janus_reward.lazy import lazily

_HOMES = {"export_selection": "package", "FORMATS": "formats"}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = lazily(__name__, _HOMES)
