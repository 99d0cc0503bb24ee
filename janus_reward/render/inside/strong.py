"""Confinement by namespaces: every job is pid 1's child in a world of its own that ends with pid 1."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence

from janus_reward.render import jail_kernel as kernel
from janus_reward.render import jail_namespaces as namespaces
from janus_reward.render import jail_seccomp
from janus_reward.render.inside import bounds

_INODES_PER_MB = 32
_OVERHEAD = 1
"""Processes of the job's user that are not the job: pid 1, the supervisor."""


class Namespaces:
    """The strong level. `keep` are read-only paths below /tmp that a job must still see."""

    work = namespaces.WORK

    def __init__(self, keep: Sequence[str], frozen: Sequence[str]) -> None:
        self._keep, self._frozen = keep, frozen
        self._filter = jail_seccomp.program()

    def prepare(self) -> None:
        """Once, in the worker."""
        namespaces.prepare()

    def fork(self, first: Callable[[], int]) -> int:
        """Start the supervisor as pid 1 of a job's namespaces."""
        return namespaces.fork_into_namespaces(first)

    def enter(self, limits: Mapping[str, float]) -> None:
        """In the supervisor: the job's own files."""
        scratch_mb = int(limits["scratch_mb"])
        namespaces.mount_private_files(scratch_mb=scratch_mb, inodes=_INODES_PER_MB * scratch_mb, keep=self._keep)
        for path in self._frozen:
            namespaces.freeze(path)
        # A shared mapping of /dev/zero is memory that belongs to no process and to no folder: nobody could count it.
        kernel.mount("/dev/null", "/dev/zero", None, kernel.MS_BIND)

    def lock(self, limits: Mapping[str, float]) -> None:
        """In the job's process, last thing before the code: bounds, no privileges, the system-call filter."""
        bounds.apply(limits, processes=int(limits["processes"]) + _OVERHEAD + 1)
        kernel.drop_capabilities()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
        jail_seccomp.install(self._filter)

    def processes(self) -> list[int]:
        """Everything alive in the job's world but the supervisor."""
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]  # noqa: PTH208

    def kill_all(self) -> None:
        """End every process of the job at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)

    def scratch(self) -> tuple[int, bool]:
        """Bytes in the scratch folder, and whether it is full (of bytes or of files)."""
        state = os.statvfs(namespaces.SCRATCH)
        return (state.f_blocks - state.f_bfree) * state.f_frsize, state.f_bfree == 0 or state.f_ffree == 0

    def leave(self) -> None:
        """Nothing to clean: the kernel drops the mounts with the last process."""
