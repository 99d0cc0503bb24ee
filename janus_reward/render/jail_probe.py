"""Run inside a fresh jail: can a job get namespaces, a file system and a /proc of its own? Ends with 0 when it can."""

from __future__ import annotations

import os

from janus_reward.render import jail_kernel as kernel
from janus_reward.render import jail_namespaces


def main() -> None:
    """Enter a job's namespaces the way the worker does; the exit status is the answer."""
    jail_namespaces.prepare()
    _, status = os.waitpid(jail_namespaces.fork_into_namespaces(_use), 0)
    raise SystemExit(os.waitstatus_to_exitcode(status))


def _use() -> int:
    jail_namespaces.mount_private_files(scratch_mb=1, inodes=16, keep=())
    if os.getpid() != 1 or os.listdir("/tmp/work") or not os.path.exists("/proc/self/stat"):  # noqa: PTH208, PTH110
        return 1
    kernel.drop_capabilities()
    return 0
