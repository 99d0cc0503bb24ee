"""The audit of a run as one page that needs no network, and as Markdown.

    from janus_reward.report import report_run

    report_run("runs/a", "audit.html", selection="selected/a", dedup="runs/a-dedup", compare="runs/before")

Names are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {"report_run": "page", "markdown_report": "markdown"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return __all__
