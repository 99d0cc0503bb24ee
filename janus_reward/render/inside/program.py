"""Runs judged code as the program `main.py` and says how it ended."""

from __future__ import annotations

import importlib.abc
import io
import sys
import threading
import traceback
import types
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from janus_reward.render.inside.capture import plain

PROGRAM = "main.py"
_NEEDS_DISPLAY = frozenset(
    {"turtle", "tkinter", "_tkinter", "pygame", "pyglet", "arcade", "wx", "gi", "kivy", "PyQt5", "PyQt6"}
    | {"PySide2", "PySide6", "vpython", "curses"}
)


class NoDisplay(importlib.abc.MetaPathFinder):
    """Refuses modules that need a screen, with a message that says so."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse a module that needs a screen by an ImportError; leave the others to Python."""
        name = fullname.partition(".")[0]
        if name in _NEEDS_DISPLAY:
            raise ImportError(f"no display: {name} is not supported", name=name)
        return None


def run(code: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Run `code` as `__main__` in the current folder.

    Returns: the program's globals, and `None` or the exception that ended it: {`type`, `message`, `line`}.
    """
    path = Path.cwd() / PROGRAM
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=str(path), __builtins__=__builtins__)
    sys.modules["__main__"] = module
    sys.argv = [str(path)]
    sys.path.insert(0, str(path.parent))
    sys.stdin = io.StringIO()
    sys.meta_path.insert(0, NoDisplay())
    try:
        path.write_text(code, encoding="utf-8", errors="surrogatepass")
        exec(compile(code, str(path), "exec", dont_inherit=True), module.__dict__)
        _join_threads()
    except SystemExit as stop:
        return module.__dict__, None if stop.code in (None, 0) else describe(stop, path)
    except BaseException as error:  # noqa: BLE001 - judged code may raise anything, KeyboardInterrupt too
        _print_traceback(error, path)
        return module.__dict__, describe(error, path)
    return module.__dict__, None


def describe(error: BaseException, path: Path) -> dict[str, Any]:
    """Put an exception as facts: its type, its message without addresses, the line of the judged code (or `None`)."""
    return {"type": type(error).__name__, "message": _message(error, path), "line": _line(error, str(path))}


def describe_own(error: BaseException) -> dict[str, Any]:
    """Describe an exception that the program's objects raised after its end, with the line in its file."""
    path = Path(sys.argv[0])
    _print_traceback(error, path)
    return describe(error, path)


def _message(error: BaseException, path: Path) -> str:
    try:
        return plain(error.msg if isinstance(error, SyntaxError) else error, path.parent)
    except Exception:  # noqa: BLE001 - judged code may define a __str__ that raises
        return ""


def _line(error: BaseException, path: str) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == path]
    return lines[-1] if lines else None


def _print_traceback(error: BaseException, path: Path) -> None:
    """Write the traceback to stderr as Python does, but only the lines of the judged code."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    try:
        words = traceback.format_list(own[-20:]) + traceback.format_exception_only(error)
        sys.stderr.write("Traceback (most recent call last):\n" + "".join(words).replace(f"{path.parent}/", ""))
    except Exception:  # noqa: BLE001 - judged code may have replaced stderr, or define a __str__ that raises
        return


def _join_threads() -> None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
