"""Counts over all hits of a corpus, segment by segment, and the surest of each benchmark, in flat memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from janus_reward.decontaminate.detect import Hit
from janus_reward.decontaminate.items import Items

_KEPT = 20


class Tally:
    """What a report needs to know of all hits.

    Args:
        benchmarks: that are looked for.
    """

    def __init__(self, benchmarks: Sequence[Items]) -> None:
        self._sizes = {one.benchmark.id: len(one.items) for one in benchmarks}
        self._items: dict[str, set[str]] = defaultdict(set)
        self._rows: Counter[str] = Counter()
        self._channels: Counter[str] = Counter()
        self._evidence: Counter[str] = Counter()
        self._worst: dict[str, list[Hit]] = defaultdict(list)
        self.contaminated = 0

    def add(self, hits: Sequence[Hit]) -> None:
        """Count the hits of one segment; a row is never in two."""
        self.contaminated += len({hit.row for hit in hits})
        self._rows.update(name for name, _ in {(hit.benchmark, hit.row) for hit in hits})
        self._channels.update(hit.channel for hit in hits)
        self._evidence.update(hit.evidence for hit in hits)
        fresh: dict[str, list[Hit]] = defaultdict(list)
        for hit in hits:
            self._items[hit.benchmark].add(hit.item)
            fresh[hit.benchmark].append(hit)
        for name, some in fresh.items():
            ordered = sorted([*self._worst[name], *some], key=lambda hit: (-hit.similarity, hit.row, hit.item))
            self._worst[name] = ordered[:_KEPT]

    def worst(self) -> list[Hit]:
        """The surest hits of every benchmark."""
        return [hit for hits in self._worst.values() for hit in hits]

    def counts(self, rows: int, errors: int, *, dry_run: bool) -> dict[str, Any]:
        """Numbers for the summary, the report and the certificate."""
        removed = 0 if dry_run else self.contaminated
        return {
            "rows": rows,
            "errors": errors,
            "contaminated": self.contaminated,
            "removed": removed,
            "kept": rows - removed,
            "evidence": dict(sorted(self._evidence.items())),
            "channels": dict(sorted(self._channels.items())),
            "benchmarks": {
                name: {"items": size, "items_hit": len(self._items[name]), "rows": self._rows[name]}
                for name, size in self._sizes.items()
            },
        }
