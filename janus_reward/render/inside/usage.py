"""What a job has used so far, over all of its processes, as the kernel counts it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_MB = 2**20


class _Counted(Protocol):
    def processes(self) -> list[int]: ...
    def scratch(self) -> tuple[int, bool]: ...


@dataclass(slots=True)
class _Total:
    tasks: int = 0
    resident: int = 0
    cpu_s: float = 0.0


class Usage:
    """Compares a job with its limits.

    Args:
        job: gives the job's processes and its scratch folder's state.
        limits: `Limits` as a dict.
    """

    def __init__(self, job: _Counted, limits: Mapping[str, float]) -> None:
        self._job, self._limits = job, limits
        self._memory = int(limits["memory_mb"]) * _MB

    def exceeded(self) -> str | None:
        """The first limit that the job is over, or `None`."""
        pids = self._job.processes()
        total = _Total(cpu_s=_reaped_cpu_s())
        for pid in pids:
            _add(total, pid)
        if total.tasks > self._limits["processes"]:
            return "processes"
        if total.cpu_s > self._limits["cpu_s"]:
            return "cpu"
        used, full = self._job.scratch()
        if full:
            return "scratch"
        if total.resident + used > self._memory and _proportional(pids) + used > self._memory:
            return "memory"
        return None

    def full_scratch(self) -> str | None:
        """`scratch` when the scratch folder is full."""
        return "scratch" if self._job.scratch()[1] else None


def _reaped_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _add(total: _Total, pid: int) -> None:
    """Add one process; one that has just ended counts nothing."""
    stat = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    memory = _read(f"/proc/{pid}/statm").split()
    if len(stat) < 20 or len(memory) < 2:
        return
    total.cpu_s += sum(int(ticks) for ticks in stat[11:15]) / _TICKS
    total.tasks += int(stat[17])
    total.resident += int(memory[1]) * _PAGE


def _proportional(pids: list[int]) -> int:
    """Bytes of memory, counting pages shared with the worker and among the processes once."""
    return sum(_proportional_of(pid) for pid in pids)


def _proportional_of(pid: int) -> int:
    rollup = _read(f"/proc/{pid}/smaps_rollup")
    kilobytes = [int(line.split()[1]) for line in rollup.splitlines() if line.startswith((b"Pss:", b"SwapPss:"))]
    if kilobytes:
        return sum(kilobytes) * 1024
    memory = _read(f"/proc/{pid}/statm").split()
    return int(memory[1]) * _PAGE if len(memory) > 1 else 0


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - thousands of times a second
            return file.read(1 << 16) or b""
    except OSError:
        return b""
