"""One page, from its source to its stills, on a clock of its own.

The story: an empty target in a context of its own; the clock paused; the source handed over as the answer to the first
request; virtual time let go up to each still, pictures taken while it stands still; the facts read last.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from janus_reward.render import cdn, page_facts
from janus_reward.render.base import RawStill, RenderSettings
from janus_reward.render.devtools import Overdue, Pipe, Refused
from janus_reward.render.page_facts import FactScript, Notes

ADDRESS = "http://localhost/"
"""Where a page believes it lives: a secure context to which plain http is no mixed content."""

MAX_REQUESTS = 400
_OBSERVERS_S = 0.25
_SETTLE_S = 8.0
_WIDEST = 2
_STARVED = 100_000
_SCRIPT_MS = {False: 10_000, True: 3_000}


class Crashed(Exception):
    """The page's process ended: out of memory, as a rule."""


class WentAway(Exception):
    """The page replaced itself by another one."""


@dataclass(frozen=True, slots=True)
class Target:
    """An empty page that waits for its source."""

    context: str
    session: str
    ready: int


def blank_target(pipe: Pipe, settings: RenderSettings, deadline: float) -> Target:
    """A blank page in a context of its own, made and prepared before its source is known."""
    context = pipe.call("Target.createBrowserContext", {"disposeOnDetach": True}, deadline=deadline)["browserContextId"]
    pipe.post("Browser.setDownloadBehavior", {"behavior": "deny", "browserContextId": context})
    page = {"url": "about:blank", "browserContextId": context}
    target = pipe.call("Target.createTarget", page, deadline=deadline)["targetId"]
    attach = {"targetId": target, "flatten": True}
    session = pipe.call("Target.attachToTarget", attach, deadline=deadline)["sessionId"]
    metrics = {"width": settings.width, "height": settings.height, "deviceScaleFactor": 1, "mobile": False}
    horizon = 1000 * max(settings.still_times_s, default=0.5)
    clock = page_facts.called("clock.js", seed=settings.seed, horizonMs=horizon)
    pipe.post("Page.enable", session=session)
    pipe.post("Runtime.enable", session=session)
    pipe.post("Emulation.setDeviceMetricsOverride", metrics, session=session)
    pipe.post("Emulation.setTimezoneOverride", {"timezoneId": "UTC"}, session=session)
    pipe.post("Emulation.setLocaleOverride", {"locale": "en-US"}, session=session)
    script = "Page.addScriptToEvaluateOnNewDocument"
    return Target(context, session, pipe.post(script, {"source": clock}, session=session, keep=True))


@dataclass(slots=True)
class Drawing:
    """A page while it is drawn, and all that is noted of it."""

    pipe: Pipe
    target: Target
    settings: RenderSettings
    deadline: float
    source: bytes
    libraries: cdn.Libraries
    console: Notes = field(default_factory=Notes)
    errors: Notes = field(default_factory=Notes)
    blocked: Notes = field(default_factory=Notes)
    served: Notes = field(default_factory=Notes)
    facts: dict[str, Any] = field(default_factory=dict)
    gone: bool = False
    active: bool = False
    _world: int = 0
    _requests: int = 0
    _delivered: bool = False
    _committed: bool = False
    _expired: bool = False
    _away: bool = False
    _crashed: bool = False

    def draw(self) -> tuple[RawStill, ...]:
        """Load the page and take its stills.

        Raises:
            Overdue, PipeClosed: of the pipe. Crashed, WentAway: of the page. OutOfMemory: of the browser.
        """
        self.pipe.handler = self._on_event
        self._open()
        times = self.settings.still_times_s or (0.5,)
        self.advance(min(_OBSERVERS_S, times[0]))
        self._settle()
        self.advance(max(0.0, times[0] - _OBSERVERS_S))
        self.active = self._settle()
        shots = [(times[0], self._picture())]
        for before, at in zip(times, times[1:] if self.active else (), strict=False):
            self.advance(at - before)
            self.active = self._settle()
            shots.append((at, self._picture()))
        self._read_facts()
        return self._stills(shots)

    def noted(self) -> dict[str, Any]:
        """The facts so far: also of a page that failed half way."""
        lists = {
            "console_errors": self.console,
            "page_errors": self.errors,
            "blocked": self.blocked,
            "served": self.served,
        }
        return {**self.facts, **{name: list(notes) for name, notes in lists.items() if len(notes)}}

    def _open(self) -> None:
        self.pipe.reply(self.target.ready, self.deadline)
        self.post("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        policy = {"policy": "pause", "initialVirtualTime": self.settings.epoch_s}
        self.post("Emulation.setVirtualTimePolicy", policy)
        self.call("Page.navigate", {"url": ADDRESS})
        self._wait(lambda: self._committed)

    def advance(self, seconds: float) -> None:
        """Let virtual time go; it waits by itself for requests that are under way."""
        if seconds <= 0:
            return
        self._expired = False
        policy = "advance" if self._requests > MAX_REQUESTS else "pauseIfNetworkFetchesPending"
        budget = {"budget": seconds * 1000, "maxVirtualTimeTaskStarvationCount": _STARVED}
        self.post("Emulation.setVirtualTimePolicy", {"policy": policy, **budget})
        self._wait(lambda: self._expired)

    def _settle(self) -> bool:
        """Wait for fonts, layout and observers; whether the page goes on changing by itself."""
        ask = {"expression": "window.__janusClock.settle()", "awaitPromise": True, "returnByValue": True}
        number = self.pipe.post("Runtime.evaluate", ask, session=self.target.session, keep=True)
        try:
            reply = self.pipe.reply(number, min(self.deadline, time.monotonic() + _SETTLE_S))
        except (Overdue, Refused):
            return True
        finally:
            self._alive()
        state = reply.get("result", {}).get("value")
        if not isinstance(state, Mapping):
            return True
        for url in state.get("refused") or ():
            self.blocked.add(_plain(str(url)))
        return bool(state.get("active"))

    def _picture(self) -> bytes:
        content = self.call("Page.getLayoutMetrics").get("cssContentSize", {})
        full_width, full_height = (max(1, int(content.get(side, 1))) for side in ("width", "height"))
        page = self.settings
        height = min(full_height, page.max_height)
        width = min(max(full_width, page.width), _WIDEST * page.width)
        self.facts["canvas"] = [width, full_height]
        if full_height > height:
            self.facts["cut"] = {"full_height": full_height, "kept_height": height}
        ask: dict[str, Any] = {"format": "png", "optimizeForSpeed": True}
        if (width, height) != (page.width, page.height):
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
            ask |= {"captureBeyondViewport": True, "clip": clip}
        self._hold_transitions(True)
        shot = base64.b64decode(self.call("Page.captureScreenshot", ask)["data"])
        self._hold_transitions(False)
        return shot

    def _hold_transitions(self, held: bool) -> None:
        """While a tall page is taken the browser gives it other sizes: none of them may start a transition."""
        self.post("Runtime.evaluate", {"expression": f"window.__janusClock.hold({json.dumps(held)})"})

    def _read_facts(self) -> None:
        for script, value in zip(page_facts.SCRIPTS, self._values(page_facts.SCRIPTS), strict=True):
            self.facts |= page_facts.checked(value)
            if script.in_page:
                page_facts.joined(self.facts, value)

    def _values(self, scripts: Sequence[FactScript]) -> list[Any]:
        """What each script returned; `None` for one that failed, which takes no other along."""
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        made = self.call("Page.createIsolatedWorld", {"frameId": frame, "worldName": "facts"})
        self._world = made["executionContextId"]
        asked = [self.ask(script.expression, in_page=script.in_page) for script in scripts]
        return [self.answer(number) for number in asked]

    def ask(self, expression: str, *, in_page: bool = False) -> int:
        """Send an expression to the world of the fact scripts, or to the page's own; returns the number of the call."""
        where = {"includeCommandLineAPI": True} if in_page else {"contextId": self._world}
        ask = {"expression": expression, "returnByValue": True, "timeout": _SCRIPT_MS[in_page], **where}
        return self.pipe.post("Runtime.evaluate", ask, session=self.target.session, keep=True)

    def answer(self, number: int) -> Any:
        """What an expression came to, as plain data; `None` when it failed or took too long."""
        try:
            return self.pipe.reply(number, self.deadline).get("result", {}).get("value")
        except Refused:
            return None
        finally:
            self._alive()

    def _stills(self, shots: list[tuple[float, bytes]]) -> tuple[RawStill, ...]:
        """A page that has come to rest by the last two stills gives its last one: what a person would look at."""
        settled = len(shots) < 2 or shots[-1][1] == shots[-2][1]
        self.facts["animated"] = not settled
        if settled:
            return (RawStill(shots[-1][1]),)
        return tuple(RawStill(png, at_s=at) for at, png in shots)

    def post(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        """Send a call to the page without waiting for it."""
        self.pipe.post(method, params, session=self.target.session)

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Send a call to the page and wait for its reply, until the deadline."""
        number = self.pipe.post(method, params, session=self.target.session, keep=True)
        try:
            return self.pipe.reply(number, self.deadline)
        finally:
            self._alive()

    def _wait(self, done: Callable[[], bool]) -> None:
        self.pipe.wait_for(lambda: done() or self._away or self._crashed, self.deadline)
        self._alive()

    def _alive(self) -> None:
        if self._crashed:
            raise Crashed
        if self._away:
            raise WentAway

    def _on_event(self, method: str, message: Mapping[str, Any]) -> None:
        if method in ("Inspector.targetCrashed", "Target.targetCrashed", "Target.detachedFromTarget"):
            self._crashed = True
        react = _REACTIONS.get(method)
        if react is not None and message.get("sessionId") == self.target.session:
            react(self, message.get("params", {}))

    def _on_request(self, event: Mapping[str, Any]) -> None:
        self._requests += 1
        url = str(event["request"]["url"])
        if event.get("resourceType") == "Document" and not self._delivered and url == ADDRESS:
            self._delivered = True
            self._fulfil(event, self.source, "text/html; charset=utf-8")
            return
        if self._requests == MAX_REQUESTS:
            self.post("Emulation.setVirtualTimePolicy", {"policy": "advance", "budget": 1000})
        found = self.libraries.find(url) if self._requests <= MAX_REQUESTS else None
        if found is None:
            self._refuse(event, url)
            return
        self.served.add(found.name)
        self._fulfil(event, found.body, found.mime)

    def _refuse(self, event: Mapping[str, Any], url: str) -> None:
        if not url.startswith(ADDRESS + "favicon.ico"):
            self.blocked.add(_plain(url))
        reason = "Aborted" if event.get("resourceType") == "Document" else "BlockedByClient"
        self.post("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": reason})

    def _fulfil(self, event: Mapping[str, Any], body: bytes, mime: str) -> None:
        headers = [("Content-Type", mime), ("Access-Control-Allow-Origin", "*"), ("Cache-Control", "no-store")]
        answer = {
            "requestId": event["requestId"],
            "responseCode": 200,
            "responseHeaders": [{"name": name, "value": value} for name, value in headers],
            "body": base64.b64encode(body).decode(),
        }
        self.post("Fetch.fulfillRequest", answer)

    def _on_exception(self, event: Mapping[str, Any]) -> None:
        details = event.get("exceptionDetails", {})
        thrown = details.get("exception", {}).get("description") or details.get("text") or "error"
        self.errors.add(str(thrown).split("\n    at ")[0])

    def _on_console(self, event: Mapping[str, Any]) -> None:
        if event.get("type") not in ("error", "assert"):
            return
        parts = (item.get("value", item.get("description", "")) for item in event.get("args", ())[:10])
        self.console.add(" ".join(str(part).split("\n    at ")[0] for part in parts))

    def _on_dialog(self, event: Mapping[str, Any]) -> None:
        del event
        self.post("Page.handleJavaScriptDialog", {"accept": True})

    def _on_navigated(self, event: Mapping[str, Any]) -> None:
        frame = event.get("frame", {})
        if frame.get("parentId") is not None or not self._delivered:
            return
        if str(frame.get("url")).startswith(ADDRESS):
            self._committed = True
        elif self._committed:
            self._away = True

    def _on_expired(self, event: Mapping[str, Any]) -> None:
        del event
        self._expired = True


_REACTIONS: dict[str, Callable[[Drawing, Mapping[str, Any]], None]] = {
    "Fetch.requestPaused": Drawing._on_request,
    "Emulation.virtualTimeBudgetExpired": Drawing._on_expired,
    "Runtime.exceptionThrown": Drawing._on_exception,
    "Runtime.consoleAPICalled": Drawing._on_console,
    "Page.javascriptDialogOpening": Drawing._on_dialog,
    "Page.frameNavigated": Drawing._on_navigated,
}


def _plain(url: str) -> str:
    """A URL without what may be secret, random or long: no query, no fragment, no payload."""
    if url.startswith(("data:", "blob:")):
        return url.split(":", 1)[0] + ":"
    return url.split("?", 1)[0].split("#", 1)[0]
