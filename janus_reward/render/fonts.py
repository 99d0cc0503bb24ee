"""Which fonts the system has: part of what determines the bytes of a render."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


@functools.cache
def fonts_version() -> str:
    """A short hash over names and sizes of the system's font files."""
    files = sorted(path for folder in _FOLDERS for path in folder.rglob("*") if path.is_file())
    listing = "\n".join(f"{path.name}:{path.stat().st_size}" for path in files)
    return hashlib.sha256(listing.encode()).hexdigest()[:16]
