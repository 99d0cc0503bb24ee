"""The weaker level: no namespaces, but landlock, a system-call filter, no privileges, and a parent that cleans up.

`main` is the launcher that `jail.command` puts before a program on machines without namespaces.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from janus_reward.render import jail_kernel as kernel
from janus_reward.render import jail_landlock, jail_seccomp

_PR_SET_KEEPCAPS = 8


def restrict(read: Sequence[str], write: Sequence[str]) -> None:
    """Give up, for this process and all it starts: files but these, the network, root, foreign signals.

    A root process becomes nobody. Where landlock guards the files it keeps the right to read below closed folders,
    because the interpreter may live in one.
    """
    guarded = jail_landlock.version() > 0
    jail_landlock.restrict(read, write)
    keep = (kernel.CAP_DAC_READ_SEARCH,) if guarded and os.getuid() == 0 else ()
    if keep:
        kernel.prctl(_PR_SET_KEEPCAPS, 1)
    kernel.become_nobody()
    kernel.drop_capabilities(keep)
    scoped = jail_landlock.version() >= jail_landlock.SIGNALS_SINCE
    jail_seccomp.install(jail_seccomp.program(unix_sockets=False, signals_to=None if scoped else os.getpid()))


def descendants(of: int) -> list[int]:
    """Pids of every process below `of`."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit():
            children.setdefault(_parent(name), []).append(int(name))
    found: list[int] = []
    queue = [of]
    while queue:
        below = children.pop(queue.pop(), [])
        found += below
        queue += below
    return found


def _parent(pid: str) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return -1 if fields[0] == b"Z" else int(fields[1])
    except (OSError, IndexError):
        return -1


def kill_descendants(of: int) -> None:
    """Stop them all first, so that none can start another, then kill them."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in descendants(of):
            try:
                os.kill(pid, number)
            except (ProcessLookupError, PermissionError):
                continue


def main() -> None:
    """Run `argv[2:]` restricted as the JSON in `argv[1]` says; end with its status and leave nothing behind."""
    spec, argv = json.loads(sys.argv[1]), sys.argv[2:]
    if spec["nested"]:
        os.execve(argv[0], argv, spec["env"])
    scratch = tempfile.mkdtemp(prefix="janus-jail-")
    if os.getuid() == 0:
        os.chown(scratch, kernel.NOBODY, kernel.NOBODY)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    kernel.die_with_parent()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        kernel.die_with_parent(parent)
        os.setsid()
        os.chdir(scratch)
        restrict(spec["read"], [scratch])
        os.execve(argv[0], argv, spec["env"] | {"HOME": scratch, "TMPDIR": scratch})
    raise SystemExit(_wait(child, scratch))


def _wait(child: int, scratch: str) -> int:
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    signal.signal(signal.SIGTERM, lambda *_: kill_descendants(os.getpid()))
    _, status = os.waitpid(child, 0)
    while descendants(os.getpid()):
        kill_descendants(os.getpid())
    shutil.rmtree(scratch, ignore_errors=True)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
