"""How the code ran."""

from __future__ import annotations

from math import inf

from janus_reward.evidence import layout
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import PYTHON, View


@signal("execution.drawn", unit="yes/no")
def drawn(view: View) -> float | None:
    """1 if there is a picture, 0 if the code failed, hung or drew nothing; none where nothing was to be drawn."""
    if view.render.outcome in ("unsupported", "not_needed"):
        return None
    return float(view.render.outcome in ("ok", "partial"))


@signal("execution.exception", unit="yes/no")
def exception(view: View) -> float | None:
    """1 if an exception ended the code, 0 if it ran; none where nothing ran."""
    if not _ran(view):
        return None
    return float(bool(view.facts.get("exception")))


@signal("execution.warnings", unit="count", high=inf)
def warnings(view: View) -> float | None:
    """Warnings that the code raised."""
    found = _length(view, "warnings")
    return 0.0 if found is None and view.language in PYTHON and _ran(view) else found


@signal("execution.console_errors", unit="count", high=inf)
def console_errors(view: View) -> float | None:
    """Errors that a page wrote to its console."""
    return _length(view, "console_errors")


@signal("execution.page_errors", unit="count", high=inf)
def page_errors(view: View) -> float | None:
    """Uncaught errors of a page."""
    return _length(view, "page_errors")


@signal("execution.blocked_requests", unit="count", high=inf)
def blocked_requests(view: View) -> float | None:
    """Number of requests to the network that were refused."""
    return _length(view, "blocked")


@signal("execution.broken_images", unit="count", high=inf)
def broken_images(view: View) -> float | None:
    """Images of a page that did not load."""
    count = view.facts.get("broken_images")
    return float(count) if isinstance(count, int) and count >= 0 else None


@signal("execution.unresolved_ids", unit="count", high=inf)
def unresolved_ids(view: View) -> float | None:
    """Number of references of an SVG to ids that do not exist."""
    return _length(view, "unresolved_ids")


@signal("execution.overflow_x", high=inf)
def overflow_x(view: View) -> float | None:
    """How far a page runs over its width, as a share of the width."""
    overflow = layout.counts_of(view.facts, "overflow")
    if overflow is None or "x" not in overflow or view.canvas is None:
        return None
    return max(0.0, overflow["x"]) / view.canvas[0]


@signal("execution.cut", unit="yes/no")
def cut(view: View) -> float | None:
    """1 if a page was too tall and its picture was cut, else 0; none where nothing was drawn."""
    return float("cut" in view.facts) if view.drawn else None


def _ran(view: View) -> bool:
    return view.render.renderer not in (None, "picture") and view.render.outcome not in ("unsupported", "not_needed")


def _length(view: View, name: str) -> float | None:
    found = view.facts.get(name)
    return float(len(found)) if isinstance(found, (list, tuple)) else None
