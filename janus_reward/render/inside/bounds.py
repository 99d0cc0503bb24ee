"""Resource limits of a job's process, set by the kernel's own counters."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from pathlib import Path

_MB = 2**20
_SPARE_ADDRESS_SPACE = 1024 * _MB


def apply(limits: Mapping[str, float], *, processes: int | None) -> None:
    """Lower this process's limits, soft and hard; they are inherited and cannot be raised again.

    Args:
        limits: `Limits` as a dict.
        processes: processes and threads of this user; `None` leaves that limit alone.
    """
    memory = int(limits["memory_mb"]) * _MB
    size, data = _already_used()
    cpu = int(limits["cpu_s"]) + 2
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, int(limits["scratch_mb"]) * _MB),
        (resource.RLIMIT_NOFILE, int(limits["files"])),
        (resource.RLIMIT_DATA, data + memory),
        (resource.RLIMIT_AS, size + 2 * memory + _SPARE_ADDRESS_SPACE),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ]
    if processes is not None:
        wanted.append((resource.RLIMIT_NPROC, processes))
    for which, value in wanted:
        _lower(which, value)


def _lower(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def _already_used() -> tuple[int, int]:
    """Bytes of address space and of writable memory that this process has from the worker it was forked from."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return tuple(int(fields[name].split()[0]) * 1024 for name in ("VmSize", "VmData"))  # type: ignore[return-value]
