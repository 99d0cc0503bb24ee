"""The certificate to publish with a dataset: what it was compared with, how, and what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from janus_reward.decontaminate.items import Items


def certificate_text(
    source: str, counts: Mapping[str, Any], benchmarks: Sequence[Items], asked: Mapping[str, Any]
) -> str:
    """The certificate as JSON; the same input gives the same bytes."""
    about = {
        "certificate": "janus-reward decontamination",
        "version": 1,
        "janus_reward": asked["janus_reward"],
        "source": {"name": source, "sha256": asked["source_sha256"], "rows": counts["rows"]},
        "settings": asked["decontaminate"],
        "dry_run": asked["dry_run"],
        "benchmarks": [
            {
                "id": one.benchmark.id,
                "title": one.benchmark.title,
                "licence": one.benchmark.licence,
                "home": one.benchmark.home,
                "place": one.place,
                "revision": one.revision,
                "sha256": one.sha256,
                **counts["benchmarks"][one.benchmark.id],
            }
            for one in benchmarks
        ],
        "counts": {name: value for name, value in counts.items() if name != "benchmarks"},
    }
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"
