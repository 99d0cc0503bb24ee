"""Confinement without namespaces: landlock, seccomp, limits, and a subreaper that hunts down every descendant."""

from __future__ import annotations

import os
import shutil
import subprocess
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from janus_reward.render import jail_kernel as kernel
from janus_reward.render import jail_limits
from janus_reward.render.inside import bounds

_FILES_PER_MB = 32
_BLOCK = 512


class Restrictions:
    """The weak level.

    Args:
        scratch: a folder of this worker; a job gets one below it.
        read: everything a job may read beside its own folder.
    """

    def __init__(self, scratch: str, read: Sequence[str]) -> None:
        self._folder = Path(scratch) / "job"
        self.work = str(self._folder)
        self._read = read
        self._limit_mb = 0

    def prepare(self) -> None:
        """Nothing is needed once per worker."""

    def fork(self, first: Callable[[], int]) -> int:
        """Start the supervisor, to which every orphan of the job falls."""
        worker = os.getpid()
        child = os.fork()
        if child:
            return child
        status = 125
        try:
            kernel.die_with_parent(worker)
            kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
            status = first()
        except BaseException:  # noqa: BLE001 - the last stop of a forked process: report and end
            traceback.print_exc()
        os._exit(status)

    def enter(self, limits: Mapping[str, float]) -> None:
        """In the supervisor: a fresh scratch folder."""
        self.leave()
        self._limit_mb = int(limits["scratch_mb"])
        self._folder.mkdir(mode=0o700)
        if os.getuid() == 0:
            os.chown(self._folder, kernel.NOBODY, kernel.NOBODY)
        os.chdir(self._folder)

    def lock(self, limits: Mapping[str, float]) -> None:
        """In the job's process, last thing before the code."""
        uid = kernel.NOBODY if os.getuid() == 0 else os.getuid()
        bounds.apply(limits, processes=_tasks_of(uid) + int(limits["processes"]) + 1)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # else the supervisor, no root, could not read how much memory it uses
        jail_limits.restrict(self._read, [str(self._folder)])

    def processes(self) -> list[int]:
        """Everything below the supervisor."""
        return jail_limits.descendants(os.getpid())

    def kill_all(self) -> None:
        """Stop, then kill, everything below the supervisor."""
        jail_limits.kill_descendants(os.getpid())

    def scratch(self) -> tuple[int, bool]:
        """Bytes in the scratch folder, and whether that is more than the limit (looked up, not enforced by a mount)."""
        size = files = 0
        for folder, _, names in os.walk(self._folder):
            for name in (*names, "."):
                files += 1
                try:
                    size += os.lstat(f"{folder}/{name}").st_blocks * _BLOCK
                except OSError:
                    continue
        return size, size > self._limit_mb * 2**20 or files > self._limit_mb * _FILES_PER_MB

    def leave(self) -> None:
        """Remove the scratch folder, however deep and however closed the job made it."""
        if not self._folder.exists():
            return
        os.chdir("/")
        subprocess.run(["/bin/chmod", "-R", "u+rwx", str(self._folder)], check=False, capture_output=True)
        subprocess.run(["/bin/rm", "-rf", str(self._folder)], check=False, capture_output=True)
        shutil.rmtree(self._folder, ignore_errors=True)


def _tasks_of(uid: int) -> int:
    """Processes and threads that this user has on the machine: the kernel's limit counts them all."""
    total = 0
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid == uid:
                total += len(os.listdir(f"{entry.path}/task"))  # noqa: PTH208
        except OSError:
            continue
    return total
