"""What this machine has of the things rendering needs: each a finding with the next step when it is missing."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from janus_reward.errors import JanusError
from janus_reward.render import cdn, jail

_EXTRA = "pip install 'janus-reward[render]'"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`: a thing, whether it is there, what was found, and how to get it."""

    name: str
    ok: bool
    detail: str
    hint: str | None = None


def checkup() -> list[Finding]:
    """Look at the machine; starts the sandbox and the browser once each."""
    return [
        Finding("python", True, f"{platform.python_version()}, {os.cpu_count()} cores"),
        _sandbox(),
        _package("charts in Python", ("matplotlib", "seaborn", "plotly", "pandas", "scipy", "time_machine")),
        _package("SVG", ("resvg_py",)),
        _package("Vega and Vega-Lite", ("vl_convert",)),
        _package("PDF pictures", ("pypdfium2",)),
        _browser(),
        _web_libraries(),
        _package("Manim animations (optional)", ("manim",), "pip install 'janus-reward[manim]'"),
    ]


def _sandbox() -> Finding:
    try:
        level = jail.level()
    except JanusError as error:
        return Finding("sandbox", False, error.message, error.hint)
    hint = "For the full level: apt-get install bubblewrap, and allow unprivileged user namespaces."
    return Finding("sandbox", level.name == "namespaces", f"level {level.name}: {level.why}", hint)


def _package(name: str, modules: tuple[str, ...], install: str = _EXTRA) -> Finding:
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        return Finding(name, False, f"not installed: {', '.join(missing)}", install)
    return Finding(name, True, "installed")


def _browser() -> Finding:
    return _tried("pages in Chromium", _browser_version)


def _browser_version() -> str:
    from janus_reward.render import browser

    return browser.version()


def _web_libraries() -> Finding:
    folder = cdn.folder()
    name = "web libraries for pages"
    if folder is not None and folder.is_dir():
        return Finding(name, True, str(folder))
    npm = "" if shutil.which("npm") else " (needs npm: apt-get install npm)"
    return Finding(
        name, False, "pages that load libraries from a CDN will miss them", f"janus-reward doctor --fix{npm}"
    )


def _tried(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except JanusError as error:
        return Finding(name, False, error.message, error.hint)
