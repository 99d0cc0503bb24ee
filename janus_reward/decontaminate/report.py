"""The report of a decontamination, in Markdown: a line a benchmark, and the worst matches side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from janus_reward.decontaminate.detect import Hit
from janus_reward.decontaminate.items import Items

_WORST, _SHOWN = 10, 240
_MARKS = frozenset("&\\`*_[]<>|!#~")


def report_markdown(
    hits: Sequence[Hit], counts: Mapping[str, Any], benchmarks: Sequence[Items], asked: Mapping[str, Any]
) -> str:
    """What was found."""
    done = "would go (dry run)" if asked["dry_run"] else "removed"
    gone = counts["contaminated"] if asked["dry_run"] else counts["removed"]
    lines = [
        "# Benchmark contamination",
        "",
        f"{counts['rows']:,} rows against {sum(len(one.items) for one in benchmarks):,} items of {len(benchmarks)} "
        f"benchmarks: {gone:,} {done}, {counts['rows'] - gone:,} stay.",
        f"Evidence: {_listed(counts['evidence'])}. Found by: {_listed(counts['channels'])}.",
        "",
        "| benchmark | items | items found | rows | data |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for one in benchmarks:
        row = counts["benchmarks"][one.benchmark.id]
        place = f"{one.place} ({one.revision}, {one.sha256[:12]})"
        lines.append(f"| {one.benchmark.id} | {row['items']:,} | {row['items_hit']:,} | {row['rows']:,} | {place} |")
    if counts["source_overlaps"]:
        lines += [
            "",
            "Rows that come from where a benchmark itself was taken from (a warning, nothing is removed for it):",
            "",
        ]
        lines += [
            f"- {one['rows']:,} rows of {_cell(one['source'])}: {one['benchmark']}" for one in counts["source_overlaps"]
        ]
    for one in benchmarks:
        lines += _worst(one, [hit for hit in hits if hit.benchmark == one.benchmark.id])
    return "\n".join(lines) + "\n"


def _worst(one: Items, hits: Sequence[Hit]) -> list[str]:
    if not hits:
        return []
    first = sorted(hits, key=lambda hit: (-hit.similarity, hit.row, hit.item))[:_WORST]
    lines = ["", f"## {one.benchmark.title}", "", "| row | item | evidence | similarity | in the row | in the item |"]
    lines.append("| --- | --- | --- | ---: | --- | --- |")
    for hit in first:
        sides = (hit.place.row_text, hit.place.item_text) if hit.place else ("(picture)", "(picture)")
        lines.append(
            f"| {_cell(hit.id)} | {_cell(hit.item)} | {hit.evidence}, {hit.channel} | {hit.similarity:.2f} "
            f"| {_cell(sides[0])} | {_cell(sides[1])} |"
        )
    return lines


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def _cell(text: str) -> str:
    """A text that cannot leave its cell, whatever it holds."""
    plain = " ".join(text.split())[:_SHOWN]
    return "".join(f"&#{ord(sign)};" if sign in _MARKS else sign for sign in plain)
