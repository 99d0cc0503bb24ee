"""The report of a deduplication, in text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_reward.dedup.result import DedupResult

_SHOWN = 10


def report_text(result: DedupResult, counts: Mapping[str, Any], plan: str | None = None) -> str:
    """What was kept, what went and why, the largest clusters first.

    Args:
        result: the result.
        counts: `result.counts()`, not counted again.
        plan: the memory plan, when there is one.
    """
    settings = result.settings.as_dict()
    lines = [
        f"{counts['rows']:,} rows: {counts['survivors']:,} stay, {counts['removed']:,} removed "
        f"({counts['removed_exact']:,} exact, {counts['removed_near']:,} near)",
        f"compared: {', '.join(settings['on'])}; rule {settings['agree']}; {settings['measure']} >= "
        f"{settings['threshold']}, pictures >= {settings['picture_threshold']}; who stays: {settings['keep']}",
        f"bands {settings['bands']} x {settings['rows']}; {counts['pairs_verified']:,} pairs verified; "
        f"{counts['full_buckets']:,} times a bucket was full",
        _boilerplate(counts),
        f"agreeing in removals: {', '.join(f'{name} {count:,}' for name, count in counts['agreeing'].items())}",
    ]
    if counts["not_compared"]:
        lines.append(f"{counts['not_compared']:,} rows have nothing to compare and stay")
    if counts["pictures_of_low_information"] or counts["pictures_unreadable"]:
        lines.append(
            f"pictures left out: {counts['pictures_of_low_information']:,} say too little, "
            f"{counts['pictures_unreadable']:,} cannot be decoded"
        )
    if plan:
        lines.append(plan)
    return "\n".join([*lines, "", *_clusters(result, counts)]) + "\n"


def _boilerplate(counts: Mapping[str, Any]) -> str:
    if not counts["boilerplate_shingles"]:
        return "boilerplate: none told (too few documents, turned off, or none so frequent)"
    return (
        f"boilerplate: {counts['boilerplate_shingles']:,} shingles make up {counts['boilerplate_share']:.1%} of all; "
        f"{counts['pairs_alike_by_boilerplate_only']:,} pairs were alike by them alone"
    )


def _clusters(result: DedupResult, counts: Mapping[str, Any]) -> list[str]:
    sizes = result.sizes()
    largest = [int(i) for i in (-sizes).argsort(kind="stable")[:_SHOWN] if sizes[i]]
    if not largest:
        return ["no clusters"]
    ids = result.store.ids().take(largest).to_pylist()
    lines = [f"{counts['clusters']:,} clusters; the largest:"]
    return lines + [f"  {sizes[i] + 1:>8,} records  survivor {id_}" for i, id_ in zip(largest, ids, strict=True)]
