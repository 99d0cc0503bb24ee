"""The report as Markdown: the same tables without pictures and charts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from janus_reward.report.audit import Audit
from janus_reward.report.drift import drift
from janus_reward.report.facts import facts
from janus_reward.report.findings import cluster_views, contamination_views


def markdown_report(audit: Audit) -> str:
    """The text, ending with a newline."""
    return "\n".join(_lines(audit)) + "\n"


def _lines(audit: Audit) -> Iterator[str]:
    told = facts(audit)
    yield f"# Audit of {plain(told['title'])}\n"
    mean = "" if told["mean"] is None else f", mean {told['mean']:.2f}, median {told['median']:.2f}"
    yield f"Scored {told['scored']} of {told['rows']} rows{mean}; {told['errors']} rows have errors.\n"
    if told["selection"] is not None:
        chosen = told["selection"]
        yield f"Policy `{plain(told['policy'].get('name'))}`: kept {chosen['kept']}, review {chosen['review']}, "
        yield f"dropped {chosen['dropped']}.\n"
    yield "## Funnel\n"
    steps = [[step["name"], step["drop"], step["review"], step["left"], _common(step)] for step in told["funnel"]]
    yield from table(("step", "dropped", "review", "left", "most common reasons"), steps)
    yield "## Criteria\n"
    criteria = [[name, entry["scored"], entry["applicable"], entry["mean"]] for name, entry in told["criteria"].items()]
    yield from table(("criterion", "scored", "of", "mean"), criteria)
    yield "## Coverage\n"
    kept = ("kept",) if audit.selection is not None else ()
    rows = [
        [f"{s['by']} {s['name']}", *(s[k] for k in ("rows", "rendered", "scored", "mean", *kept))]
        for s in told["coverage"]
    ]
    yield from table(("slice", "rows", "rendered", "scored", "mean", *kept), rows)
    for title, counts in (("Outcomes", "outcomes"), ("Why there is no score", "reasons"), ("Flags", "flags")):
        if told[counts]:
            yield f"## {title}\n"
            yield from table((title.lower(), "rows"), told[counts])
    yield from _findings(audit)
    yield "## Where the numbers come from\n"
    yield from table(("what", "value"), told["provenance"])


def _findings(audit: Audit) -> Iterator[str]:
    clusters, matches, moved = cluster_views(audit), contamination_views(audit), drift(audit)
    if clusters is not None:
        yield "## Duplicates\n"
        yield f"{clusters['removed']} removed for {clusters['clusters']} survivors.\n"
        yield from table(("size of the cluster", "clusters"), clusters["sizes"])
    if matches is not None:
        yield "## Contamination\n"
        yield from table(("benchmark", "rows"), matches["benchmarks"])
    if moved is not None:
        yield f"## Against {plain(moved['name'])}\n"
        cells = [[c["name"], c["n"], c["before"], c["now"], c["change"], c["changed"]] for c in moved["criteria"]]
        yield from table(("criterion", "n", "before", "now", "mean change", "rows changed"), cells)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Lines of a Markdown table and an empty one."""
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(_cell(value) for value in row) + " |"
    yield ""


def plain(text: object) -> str:
    """Text from data, made harmless inside Markdown."""
    flat = " ".join(str(text).split())[:300].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "\\|*_[]`#":
        flat = flat.replace(mark, f"\\{mark}")
    return flat


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else plain(value)


def _common(step: dict[str, Any]) -> str:
    ordered = sorted(step["reasons"].items(), key=lambda item: (-item[1], item[0]))[:3]
    return ", ".join(f"{name.partition(': ')[2]} {count}" for name, count in ordered)
