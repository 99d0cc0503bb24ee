"""Each control of a drawn page is driven once by real input events: did anything change, did anything throw.

This happens after the stills and the other facts are taken, on the page's own virtual clock, so neither of them can
change by it. Whatever a probe does to the page (an endless loop, a crash, another address), the render stands.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from janus_reward.render import page_facts
from janus_reward.render.browser import OutOfMemory
from janus_reward.render.devtools import Overdue, PipeClosed, Refused
from janus_reward.render.page_draw import Crashed, Drawing, WentAway
from janus_reward.render.page_facts import Notes

MAX_PROBES = 12
"""Controls of a page that are driven, the first ones in document order."""

_WAIT_S = 0.12
_PROBE_S, _TOTAL_S = 8.0, 16.0
_ENDS = {
    Overdue: "no answer in time",
    PipeClosed: "the browser ended",
    OutOfMemory: "too much memory",
    Crashed: "the page crashed",
    WentAway: "the page left for another address",
    Refused: "no answer",
}
_KEYS = {"End": 35, "Home": 36, "ArrowUp": 38, "ArrowDown": 40}


def probe(drawing: Drawing) -> None:
    """Add the fact `probes` to a drawn page; absent where the page could not even be asked for its controls.

    `drawing.gone` is set when the browser is not to be used again.
    """
    if not drawing.facts.get("controls"):
        return
    kept = drawing.console, drawing.errors, drawing.blocked, drawing.served
    drawing.console, drawing.blocked, drawing.served = Notes(), Notes(), Notes()
    try:
        _Probing(drawing).run()
    except tuple(_ENDS) as end:
        drawing.gone = not isinstance(end, (Refused, WentAway))
    finally:
        drawing.console, drawing.errors, drawing.blocked, drawing.served = kept


class _Probing:
    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._until = min(drawing.deadline, time.monotonic() + _TOTAL_S)

    def run(self) -> None:
        self._allow()
        given = {"selector": page_facts.CONTROLS, "limit": MAX_PROBES, "looked": 3000, "pixels": 400_000}
        controls = self._value(page_facts.called("probe.js", **given))
        if not isinstance(controls, list):
            return
        found: list[dict[str, Any]] = []
        self._drawing.facts["probes"] = found
        if controls and self._drawing.active:
            self._rest()
        for index, control in enumerate(controls[:MAX_PROBES]):
            if not isinstance(control, Mapping) or time.monotonic() > self._until:
                return
            found.append(_named(control))
            self._drive(index, found[-1])

    def _drive(self, index: int, noted: dict[str, Any]) -> None:
        """Drive one control and note what came of it; raises what ends all probing, after noting it."""
        self._allow()
        self._drawing.errors = errors = Notes(limit=1)
        try:
            aim = self._value(f"probing.aim({index})")
            noted["reached"] = isinstance(aim, Mapping) and aim.get("reached") is True
            if not noted["reached"]:
                return
            self._input(noted["kind"], aim)
            self._drawing.advance(_WAIT_S)
            outcome = self._value(f"probing.outcome({index})")
            noted["changed"] = self._changed(outcome)
            if noted["changed"] and noted["kind"] in ("button", "checkbox"):
                self._rest()
        except tuple(_ENDS) as end:
            noted["error"] = _ENDS[type(end)]
            raise
        finally:
            noted["error"] = next(iter(errors), noted["error"])

    def _changed(self, outcome: Any) -> bool | None:
        if not isinstance(outcome, Mapping) or not isinstance(outcome.get("changed"), bool):
            return None
        unread = any("gl" in canvas.get("context", "") for canvas in self._drawing.facts.get("canvases", ()))
        return outcome["changed"] or (None if outcome.get("blind") or unread else False)

    def _input(self, kind: str, aim: Mapping[str, Any]) -> None:
        if kind == "slider":
            self._key("Home" if aim.get("far") else "End")
        elif kind == "select":
            self._key("ArrowUp" if aim.get("far") else "ArrowDown")
        elif aim.get("typed") == "number":
            self._key("ArrowUp")
        elif aim.get("typed"):
            self._send("Input.insertText", {"text": "1"})
        else:
            at = {"x": float(aim["x"]), "y": float(aim["y"])}
            pressed = {**at, "button": "left", "clickCount": 1}
            self._drawing.post("Input.dispatchMouseEvent", {"type": "mouseMoved", **at})
            self._drawing.post("Input.dispatchMouseEvent", {"type": "mousePressed", **pressed})
            self._send("Input.dispatchMouseEvent", {"type": "mouseReleased", **pressed})

    def _key(self, name: str) -> None:
        key = {"key": name, "code": name, "windowsVirtualKeyCode": _KEYS[name]}
        self._drawing.post("Input.dispatchKeyEvent", {"type": "keyDown", **key})
        self._send("Input.dispatchKeyEvent", {"type": "keyUp", **key})

    def _send(self, method: str, params: Mapping[str, Any]) -> None:
        self._drawing.call(method, params)

    def _rest(self) -> None:
        """Let the page go on alone for as long as a probe takes, so that its own movement is known."""
        self._drawing.advance(_WAIT_S)
        self._value("probing.idle()")

    def _value(self, expression: str) -> Any:
        return self._drawing.answer(self._drawing.ask(expression))

    def _allow(self) -> None:
        self._drawing.deadline = min(self._until, time.monotonic() + _PROBE_S)


def _named(control: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: str(control.get(name) or "")[:100] for name in ("kind", "id", "label")}
    return {**named, "changed": None, "reached": False, "error": None}
