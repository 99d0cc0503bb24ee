"""Compiled kernels, kept on the disk between runs for as long as no source that they may call has changed.

Numba compiles the kernels that a kernel calls into it, but looks at the age of its own file only: after a change to
`lexer.py` alone, the kernels of `grams.py` that contain the old lexer would be loaded, and give wrong grams in silence.
Here what is kept is valid for the contents of all sources of this package and of the kernel's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile


class SourcesCache(FunctionCache):  # type: ignore[misc]
    """Numba's cache of one function, with the digest of the sources in the place of one file's age."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        folders = {Path(__file__).parent, Path(function.__code__.co_filename).parent}
        stamp = tuple(sources_digest(folder) for folder in sorted(folders))
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, stamp)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function without the interpreter's lock; it may call kernels of this package and of its own."""
    dispatcher: Any = njit(nogil=True)(function)
    dispatcher._cache = SourcesCache(function)
    return dispatcher


def inlined(function: Callable[..., Any]) -> Any:
    """A kernel that becomes part of each kernel that calls it: for what is called for each token, with many arrays."""
    return njit(nogil=True, inline="always")(function)


@cache
def sources_digest(folder: Path) -> str:
    """SHA-256 over the Python sources of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
