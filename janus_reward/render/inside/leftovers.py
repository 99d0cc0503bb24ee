"""Finds the pictures and pages that a program wrote by ways no hook sees."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from janus_reward.render.inside.capture import MAX_ITEMS, Capture, PixelLimit
from janus_reward.render.inside.hooks_pillow import PillowHooks
from janus_reward.render.inside.program import PROGRAM

MAX_FILE = 32 * 1024 * 1024
MAX_ENTRIES = 5000
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
_DOCUMENTS = {".svg": "svg", ".html": "html", ".htm": "html"}


def take_leftovers(capture: Capture, pillow: PillowHooks) -> None:
    """Send the picture, SVG and HTML files below the scratch folder that no hooked call wrote; note all names."""
    folder = capture.folder
    files = sorted(_regular_files(folder))
    names = [path.name for path in files if path != folder / PROGRAM]
    if names:
        capture.facts["files"] = sorted(set(names))[:MAX_ITEMS]
    for path in files:
        if path not in capture.claimed and path.stat().st_size <= MAX_FILE:
            _take(path, capture, pillow)


def _take(path: Path, capture: Capture, pillow: PillowHooks) -> None:
    suffix = path.suffix.lower()
    try:
        if suffix in _PICTURES:
            pillow.take_file(path)
        elif suffix in _DOCUMENTS:
            capture.document(_DOCUMENTS[suffix], path.read_bytes(), path.name)
    except PixelLimit as refused:
        capture.warn(f"{path.name}: {refused}")
    except (OSError, SyntaxError, ValueError) as error:
        capture.warn(f"{path.name}: not a readable picture ({type(error).__name__})")


def _entries(folder: Path) -> list[Path]:
    """What a folder holds; nothing where the program removed it or closed it."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _regular_files(folder: Path) -> Iterator[Path]:
    seen, waiting = 0, [folder]
    while waiting and seen < MAX_ENTRIES:
        for path in _entries(waiting.pop()):
            seen += 1
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                yield path
            elif stat.S_ISDIR(mode):
                waiting.append(path)
            if seen >= MAX_ENTRIES:
                return
