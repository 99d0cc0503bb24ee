"""Python programs that draw: matplotlib, seaborn, plotly, pillow. Each runs in a fork of a warm, jailed worker."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib import metadata
from typing import Any

from janus_reward.render import frames, plotly_page
from janus_reward.render.base import RawOutcome, RawRender, RawStill, Renderer, RenderSettings
from janus_reward.render.needed import need
from janus_reward.render.registry import renderer_class
from janus_reward.render.warm import Ending, WarmWorker

FACTS = "3"
"""Raised when the facts of a drawing change; part of the cache key through `versions`."""

_VERSIONED = ("matplotlib", "numpy", "pandas", "seaborn", "plotly", "pillow", "scipy", "time-machine", "janus-reward")
_OURS = ("exit", "stdout", "stderr", "limit", "exception", "message")
_DOCUMENTS = ("plotly", "html", "svg", "vega-lite")
_SHOWN_TAIL = 2_000
_MAX_CODE = 16 * 2**20
_IN_THE_MESSAGE = (
    ("[Errno 28]", "scratch"),
    ("[Errno 27]", "scratch"),
    ("[Errno 11]", "processes"),
    ("can't start new thread", "processes"),
)
_LIMIT_WORDS = {
    "wall": "it ran longer than {wall_s:g} s",
    "cpu": "it used more than {cpu_s:g} s of processor time",
    "memory": "it used more than {memory_mb} MiB of memory",
    "processes": "it started more than {processes} processes and threads",
    "scratch": "it filled its scratch folder of {scratch_mb} MiB",
    "output": "its results are larger than {output_mb} MiB",
    "pixels": "a picture has more than {pixels} pixels",
}


class PythonRenderer:
    """Runs Python code in the sandbox and takes what it shows, saves or leaves open."""

    name = "python"

    def __init__(self, settings: RenderSettings) -> None:
        need("matplotlib", "seaborn", "plotly")
        self._settings = settings
        self._plain = asdict(settings)
        self._worker = WarmWorker()
        self._others: dict[str, Renderer] = {}

    def versions(self) -> Mapping[str, str]:
        """Versions of Python and of the libraries that determine the pictures; absent ones are left out."""
        found = {"python": platform.python_version(), "facts": FACTS}
        for name in _VERSIONED:
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                continue
        return found

    def render(self, code: str, language: str) -> RawRender:
        """Run `code`; whatever it does is an outcome, not an error. Raises SandboxError when the sandbox is broken."""
        if len(code) > _MAX_CODE:
            return RawRender("failed", message=f"the code is longer than {_MAX_CODE} characters")
        ending = self._worker.run(code, self._plain)
        if ending is None:
            return RawRender("failed", message="the sandboxed worker was lost twice while this code ran")
        return self._judge(ending)

    def close(self) -> None:
        """End the worker, and the renderers that drew its documents."""
        self._worker.close()
        for renderer in self._others.values():
            renderer.close()
        self._others.clear()

    def _judge(self, ending: Ending) -> RawRender:
        """Tell the outcome from how the job ended and from the frames that can be read."""
        reading = frames.decode(ending.results)
        facts, problem = _facts(reading, ending)
        limit = _limit(ending, facts)
        if limit:
            facts["limit"] = limit
        if limit is not None:
            message = "the code was stopped: " + _LIMIT_WORDS[limit].format(**self._plain["limits"])
            return RawRender("timeout" if limit in ("wall", "cpu") else "exceeded", (), facts, message)
        stills, trouble = self._stills(reading, facts)
        outcome, said = _outcome(ending, facts, problem or reading.problem, bool(stills))
        if trouble is not None and not stills and ending.code == 0:
            return replace(trouble, facts=facts)
        return RawRender(outcome, stills, facts, said)

    def _stills(self, reading: frames.Reading, facts: dict[str, Any]) -> tuple[tuple[RawStill, ...], RawRender | None]:
        """All pictures in the order the code made them, as many as are kept; and a document that gave none."""
        made: list[RawStill] = []
        trouble: RawRender | None = None
        for frame in reading.frames:
            if len(made) >= self._settings.limits.pictures:
                break
            if frame.kind == "picture":
                made.append(RawStill(frame.body, _seconds(frame.header.get("at_s"))))
            elif frame.kind in _DOCUMENTS:
                drawn = self._draw(frame.kind, frame.body, facts)
                made += drawn.stills if drawn else ()
                trouble = drawn if drawn and drawn.message else trouble
        return tuple(made[: self._settings.limits.pictures]), trouble

    def _draw(self, kind: str, body: bytes, facts: dict[str, Any]) -> RawRender | None:
        """Have another renderer draw a document that the code made; its facts fill the gaps of ours."""
        language = "html" if kind == "plotly" else kind
        text = _document(kind, body)
        renderer = self._other(language)
        if renderer is None or text is None:
            return None
        drawn = renderer.render(text, language)
        for name, value in drawn.facts.items():
            if name not in _OURS:
                facts.setdefault(name, value)
        if drawn.message:
            facts.setdefault("page_errors", [drawn.message[:500]])
        return drawn

    def _other(self, language: str) -> Renderer | None:
        if language not in self._others:
            kind = renderer_class(language)
            if kind is None:
                return None
            self._others[language] = kind(self._settings)
        return self._others[language]


def _document(kind: str, body: bytes) -> str | None:
    """The document as its renderer takes it; `None` when the job sent something else under that name."""
    text = body.decode("utf-8", "replace")
    if kind != "plotly":
        return text
    try:
        return plotly_page.page(text)
    except (ValueError, RecursionError):
        return None


def _facts(reading: frames.Reading, ending: Ending) -> tuple[dict[str, Any], str | None]:
    """What the job says about its pictures, then what we know better than it."""
    said: dict[str, Any] = {}
    problem = None
    for frame in reading.frames:
        if frame.kind == "facts":
            value = frames.parse_object(frame.body) if frame.body else {}
            problem = problem or (value if isinstance(value, str) else None)
            said = value if isinstance(value, dict) else said
    facts = {name: _bounded(value) for name, value in said.items() if name not in ("exit", "stdout", "stderr")}
    facts["exception"] = _exception(facts.get("exception"))
    if facts["exception"] is None:
        del facts["exception"]
    facts["exit"] = {"code": ending.code, "signal": ending.signal}
    facts |= {"stdout": ending.stdout[-_SHOWN_TAIL:], "stderr": ending.stderr[-_SHOWN_TAIL:]}
    return facts, problem


def _exception(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return None
    line = value.get("line")
    message = value.get("message")
    return {
        "type": value["type"][:100],
        "message": message if isinstance(message, str) else "",
        "line": line if isinstance(line, int) and not isinstance(line, bool) else None,
    }


def _bounded(value: Any) -> Any:
    """A fact within the bounds of docs/render-facts.md, whatever the job wrote."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")[:500]
    if isinstance(value, list):
        return [_bounded(item) for item in value[:2_000]]
    if isinstance(value, dict):
        return {_bounded(name): _bounded(item) for name, item in list(value.items())[:200]}
    return value


def _limit(ending: Ending, facts: dict[str, Any]) -> str | None:
    """The bound that ended the job: the supervisor's word, else what the exception that ended it tells."""
    facts_limit = facts.pop("limit", None)
    if ending.limit is not None:
        return ending.limit if ending.limit in _LIMIT_WORDS else "memory"
    exception = facts.get("exception")
    if exception is None or ending.code == 0:
        return None
    if facts_limit == "pixels" and exception["type"] == "PixelLimit":
        return "pixels"
    if exception["type"].endswith("MemoryError"):
        return "memory"
    return next((limit for sign, limit in _IN_THE_MESSAGE if sign in exception["message"]), None)


def _outcome(
    ending: Ending, facts: Mapping[str, Any], problem: str | None, pictures: bool
) -> tuple[RawOutcome, str | None]:
    if problem is not None:
        return ("partial" if pictures else "failed"), problem
    if ending.code != 0:
        return ("partial" if pictures else "failed"), _how_it_ended(ending, facts)
    return ("ok", None) if pictures else ("failed", "the code made no picture")


def _how_it_ended(ending: Ending, facts: Mapping[str, Any]) -> str:
    exception = facts.get("exception")
    if ending.signal is not None:
        return f"the code was ended by {ending.signal}"
    if exception is None:
        return f"the code ended with exit status {ending.code}"
    where = f" (line {exception['line']})" if exception["line"] else ""
    text = " ".join(exception["message"].split())[:300]
    return f"{exception['type']}{where}: {text}" if text else f"{exception['type']}{where}"


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
