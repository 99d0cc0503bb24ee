"""Web pages: drawn by a jailed Chromium, one fresh context a page."""

from __future__ import annotations

import time
from collections.abc import Mapping

from janus_reward.render import browser, cdn
from janus_reward.render.base import RawOutcome, RawRender, RawStill, RenderSettings
from janus_reward.render.browser import OutOfMemory
from janus_reward.render.devtools import Overdue, Pipe, PipeClosed, Refused
from janus_reward.render.page_draw import Crashed, Drawing, Target, WentAway, blank_target
from janus_reward.render.page_probe import probe

METHOD = "5"
"""Raised when the way a page is drawn changes its bytes or facts; part of the cache key through `versions`."""


_BROKEN: frozenset[RawOutcome] = frozenset({"timeout", "exceeded"})
"""Outcomes after which the browser is replaced."""


class HtmlRenderer:
    """Draws HTML pages. Uncaught errors of a page that draws are facts, not a failure.

    A page that is at rest by the last two still times gives one still; one that is still moving gives a still for each
    of `settings.still_times_s`.
    """

    name = "html"

    def __init__(self, settings: RenderSettings) -> None:
        self._settings = settings
        self._libraries = cdn.Libraries()
        self._browser: browser.Browser | None = None
        self._pipe: Pipe | None = None
        self._spare: Target | None = None

    def versions(self) -> Mapping[str, str]:
        """Chromium and the local web libraries."""
        return {"chromium": browser.version(), "web": self._libraries.version, "pages": METHOD}

    def render(self, code: str, language: str = "html") -> RawRender:
        """Draw one page.

        Raises:
            BrowserError: Chromium cannot be started at all.
        """
        del language
        if not code.strip():
            return RawRender("failed", message="the page is empty")
        deadline = time.monotonic() + self._settings.limits.wall_s
        return self._draw(code.encode("utf-8", "replace"), deadline)

    def close(self) -> None:
        """End the browser, unless another renderer of this thread still uses it."""
        if self._browser is not None:
            browser.release(self._browser)
        self._browser, self._pipe, self._spare = None, None, None

    def _draw(self, source: bytes, deadline: float) -> RawRender:
        pipe, target = self._target(deadline)
        drawing = Drawing(pipe, target, self._settings, deadline, source, self._libraries)
        outcome: RawOutcome = "ok"
        message: str | None = None
        stills: tuple[RawStill, ...] = ()
        try:
            stills = drawing.draw()
            probe(drawing)
        except Overdue:
            outcome, message = "timeout", f"the page was not drawn within {self._settings.limits.wall_s:g} s"
            drawing.facts["limit"] = "wall"
        except (OutOfMemory, Crashed):
            outcome, message = "exceeded", "the page used too much memory"
            drawing.facts["limit"] = "memory"
        except PipeClosed:
            outcome, message, drawing.gone = "failed", "the page took the browser down", True
        except WentAway:
            outcome, message = "failed", "the page left for another address"
        except (Refused, KeyError, ValueError) as error:
            outcome, message = "failed", f"the browser could not draw the page: {' '.join(str(error).split())[:200]}"
        self._leave(pipe, target, broken=drawing.gone or outcome in _BROKEN)
        return RawRender(outcome, stills, drawing.noted(), message)

    def _target(self, deadline: float) -> tuple[Pipe, Target]:
        """An empty page: the spare one when the browser is still the one it was made in."""
        if self._browser is None:
            self._browser = browser.lease(self._settings.limits)
        pipe, spare = self._browser.pipe(), self._spare
        self._spare = None
        if spare is not None and pipe is self._pipe:
            return pipe, spare
        self._pipe = pipe
        try:
            return pipe, blank_target(pipe, self._settings, max(deadline, time.monotonic() + 20))
        except (Overdue, PipeClosed, Refused, OutOfMemory):
            self._browser.kill()
        self._pipe = pipe = self._browser.pipe()
        return pipe, blank_target(pipe, self._settings, time.monotonic() + 60)

    def _leave(self, pipe: Pipe, target: Target, *, broken: bool) -> None:
        assert self._browser is not None
        pipe.handler = lambda method, message: None
        if broken:
            self._browser.kill()
            return
        try:
            pipe.post("Target.disposeBrowserContext", {"browserContextId": target.context})
            if not self._browser.due:
                self._spare = blank_target(pipe, self._settings, time.monotonic() + 10)
        except (Overdue, PipeClosed, Refused, OutOfMemory):
            self._browser.kill()
