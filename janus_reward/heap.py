"""How a worker process holds its memory: what one picture took is kept for the next."""

from __future__ import annotations

import ctypes
import gc

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_MAPPED_FROM = 32 * 2**20
_TRIMMED_FROM = 128 * 2**20


def keep_freed() -> None:
    """Let glibc keep freed memory, which it would map anew for the next picture; other C libraries are left alone."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _MAPPED_FROM)
        mallopt(_M_TRIM_THRESHOLD, _TRIMMED_FROM)


def trim() -> None:
    """Give freed memory back to the system: glibc keeps what pictures of all sizes left in pieces, and grows."""
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)


def settle() -> None:
    """Take what a process has loaded out of garbage collection: it stays, and need not be looked at again."""
    gc.collect()
    gc.freeze()
