"""The renderer of manim scenes: stills at fixed times, drawn in the sandbox by manim's own Cairo camera."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from janus_reward.render import frames
from janus_reward.render.base import RawRender, RawStill, RenderSettings
from janus_reward.render.warm import Ending, WarmWorker

MISSING = (
    "manim is not installed: pip install 'janus-reward[manim]', after the system packages "
    "libcairo2-dev libpango1.0-dev pkg-config"
)
_TEX = "this scene uses Tex, which needs LaTeX (system packages texlive-latex-extra and dvisvgm)"


class ManimRenderer:
    """Renders the scene classes of manim code. Instances are used by one thread at a time.

    Args:
        settings: still times, seed, clock and limits.
    """

    name = "manim"

    def __init__(self, settings: RenderSettings) -> None:
        self._settings = settings
        self._worker: WarmWorker | None = None

    def versions(self) -> Mapping[str, str]:
        """Version of manim and of the libraries that draw for it; empty when manim is missing."""
        found = {}
        for name in ("manim", "manimpango", "pycairo", "numpy", "pillow"):
            try:
                found[name] = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                found[name] = "missing"
        return found

    def render(self, code: str, language: str) -> RawRender:
        """Render each scene of the code. Raises SandboxError when the sandbox cannot be started."""
        if importlib.util.find_spec("manim") is None:
            return RawRender("unsupported", message=MISSING)
        try:
            scenes = scene_names(code)
        except (SyntaxError, ValueError, RecursionError) as error:
            return RawRender("failed", message=f"the code does not parse: {getattr(error, 'msg', error)}")
        if not scenes:
            return RawRender("failed", message="the code defines no class derived from a manim Scene")
        self._worker = self._worker or WarmWorker()
        ending = self._worker.run(code, asdict(self._settings) | {"program": "manim"})
        if ending is None:
            return RawRender("failed", message="the sandboxed process was lost twice with this code")
        return read_ending(ending)

    def close(self) -> None:
        """End the sandboxed worker."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def scene_names(code: str) -> list[str]:
    """Name the classes of the code that derive, directly or through each other, from a class named `...Scene`.

    Raises:
        SyntaxError, ValueError, RecursionError: the code does not parse.
    """
    bases = {
        node.name: [_last_name(base) for base in node.bases]
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ClassDef)
    }
    found: list[str] = []
    for _ in bases:
        more = [n for n, b in bases.items() if n not in found and any(x.endswith("Scene") or x in found for x in b)]
        if not more:
            break
        found += more
    return found


def read_ending(ending: Ending) -> RawRender:
    """Turn the end of a job into what the renderer returns; everything in it is the judged code's word."""
    reading = frames.decode(ending.results)
    stills = tuple(
        RawStill(frame.body, _seconds(frame.header.get("at_s"))) for frame in reading.frames if frame.kind == "picture"
    )
    facts = _facts(reading) | {"stdout": ending.stdout, "stderr": ending.stderr}
    facts["exit"] = {"code": ending.code, "signal": ending.signal}
    limit = ending.limit or facts.get("limit")
    if ending.limit in ("wall", "cpu"):
        return RawRender("timeout", stills, facts | {"limit": limit}, f"the scene took too long (limit: {limit})")
    if limit is not None:
        return RawRender("exceeded", stills, facts | {"limit": limit}, f"the scene hit the limit on {limit}")
    if _needs_tex(facts):
        return RawRender("unsupported", (), facts, _TEX)
    message = _trouble(facts, ending, reading.problem)
    if message is None and stills:
        return RawRender("ok", stills, facts)
    return RawRender("partial" if stills else "failed", stills, facts, message or "the code made no picture")


def _trouble(facts: Mapping[str, Any], ending: Ending, problem: str | None) -> str | None:
    exception = facts.get("exception")
    if isinstance(exception, Mapping):
        return f"{exception.get('type')}: {exception.get('message')}".replace("\n", " ")[:500]
    if ending.signal or ending.code:
        return f"the process ended with {ending.signal or ending.code}"
    return problem


def _needs_tex(facts: Mapping[str, Any]) -> bool:
    exception = facts.get("exception")
    words = str(exception.get("message")) if isinstance(exception, Mapping) else ""
    return "'latex'" in words and shutil.which("latex") is None


def _facts(reading: frames.Reading) -> dict[str, Any]:
    bodies = [frame.body for frame in reading.frames if frame.kind == "facts"]
    if not bodies:
        return {}
    try:
        facts = json.loads(bodies[-1])
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
