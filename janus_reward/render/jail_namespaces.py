"""A job's own world inside the jail: user, pid, mount, network and ipc namespaces, its scratch folder and its /proc.

Runs in the jailed worker only. The pid namespace ends with its first process, and the kernel then kills all the others.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from janus_reward.render import jail_kernel as kernel

SCRATCH, WORK, SHM = "/tmp", "/tmp/work", "/tmp/.shm"
_OWN = (
    kernel.CLONE_NEWUSER
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNS
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWUTS
)
_QUIET = kernel.MS_NOSUID | kernel.MS_NODEV
_NO_LIMIT = resource.RLIM_INFINITY


def prepare() -> None:
    """Once, in the worker: uncover /proc for later jobs while still root, then stop being root."""
    if os.getuid() != 0:
        return
    kernel.mount("proc", "/proc", "proc", _QUIET | kernel.MS_NOEXEC)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (_NO_LIMIT, _NO_LIMIT))
    kernel.become_nobody()


def fork_into_namespaces(first: Callable[[], int]) -> int:
    """Start `first` as pid 1 of new namespaces; returns its pid, whose exit status is what `first` gives."""
    uid, gid = os.getuid(), os.getgid()
    child = kernel.fork_with(_OWN)
    if child:
        return child
    os._exit(_guarded(lambda: _begin(uid, gid, first)))


def _begin(uid: int, gid: int, first: Callable[[], int]) -> int:
    kernel.die_with_parent()
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
    kernel.map_self(uid, gid)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    return first()


def _guarded(work: Callable[[], int]) -> int:
    """Run `work`; a forked child must never return into its parent's code."""
    try:
        return work()
    except BaseException:  # noqa: BLE001 - the last stop of a forked process: report and end
        traceback.print_exc(file=sys.stderr)
        return 125


def mount_private_files(*, scratch_mb: int, inodes: int, keep: Sequence[str]) -> None:
    """Give the job its own /tmp and /dev/shm (one size bound), its own /proc, and nothing else that it can write.

    Args:
        scratch_mb: MiB of all its files together.
        inodes: files and folders it can make.
        keep: read-only paths below /tmp that must stay visible (an interpreter may live there).
    """
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("proc", "/proc", "proc", _QUIET | kernel.MS_NOEXEC)
    held = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in keep]
    kernel.mount("scratch", SCRATCH, "tmpfs", _QUIET, f"size={scratch_mb}m,nr_inodes={inodes},mode=0700")
    for path, handle in held:
        _show_again(path, handle)
    for folder in (WORK, SHM):
        os.mkdir(folder, 0o700)  # noqa: PTH102
    kernel.mount(SHM, "/dev/shm", None, kernel.MS_BIND)
    os.chdir(WORK)


def _show_again(path: str, handle: int) -> None:
    if os.path.isdir(f"/proc/self/fd/{handle}"):  # noqa: PTH112
        Path(path).mkdir(parents=True, exist_ok=True)
    else:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()
    kernel.mount(f"/proc/self/fd/{handle}", path, None, kernel.MS_BIND)
    os.close(handle)


def freeze(path: str) -> None:
    """Make a mount of the jail read-only for this job."""
    kernel.mount("none", path, None, kernel.MS_BIND | kernel.MS_REMOUNT | kernel.MS_RDONLY | _QUIET)
