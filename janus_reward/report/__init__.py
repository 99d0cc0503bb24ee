"""The audit of a run as one page that needs no network, and as Markdown.

    from janus_reward.report import report_run

    report_run("runs/a", "audit.html", selection="selected/a", dedup="runs/a-dedup", compare="runs/before")

Names are imported when first used.
"""

from __future__ import annotations

from janus_reward.lazy import lazily

_HOMES = {"report_run": "page", "markdown_report": "markdown"}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = lazily(__name__, _HOMES)
