"""Compiled kernels, kept on the disk between runs for as long as no source that they may call has changed.

Numba compiles the kernels that a kernel calls into it, but looks at the age of its own file only: after a change to
`lexer.py` alone, the kernels of `grams.py` that contain the old lexer would be loaded, and give wrong grams in silence.
Here what is kept is valid for the contents of all sources beside the kernel and beside the kernels that it may call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.dispatcher import Dispatcher


class SourcesCache(FunctionCache):  # type: ignore[misc]
    """Numba's cache of one function, with the digest of the sources in the place of one file's age.

    Raises:
        RuntimeError: there is no place on the disk to keep anything.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = (_OWN, *(sources_digest(folder) for folder in sorted(_folders(function))))
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, stamp)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function without the interpreter's lock; it may call kernels that its module defines or imports."""
    dispatcher: Any = njit(nogil=True)(function)
    with suppress(RuntimeError):
        dispatcher._cache = SourcesCache(function)
    return dispatcher


def inlined(function: Callable[..., Any]) -> Any:
    """A kernel that becomes part of each kernel that calls it: for what is called for each token, with many arrays."""
    return njit(nogil=True, inline="always")(function)


def _folders(function: Callable[..., Any]) -> set[Path]:
    """Where a function lies, and every kernel that it may call."""
    found, waiting = set(), [function]
    seen = set(waiting)
    while waiting:
        one = waiting.pop()
        found.add(Path(one.__code__.co_filename).parent)
        called = {value.py_func for value in one.__globals__.values() if isinstance(value, Dispatcher)} - seen
        seen |= called
        waiting += called
    return found


@cache
def sources_digest(folder: Path) -> str:
    """SHA-256 over the Python sources of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


_OWN = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
