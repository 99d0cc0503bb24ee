"""Landlock (landlock(7)): a process gives up the file system, TCP and foreign signals, but for what it names."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from janus_reward.render import jail_kernel as kernel

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION_QUERY, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_RIGHTS_SINCE = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: 1 << 15}
_TCP, _SCOPES = 0b11, 0b11
_TCP_SINCE, SIGNALS_SINCE = 4, 6
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


@functools.cache
def version() -> int:
    """The kernel's landlock ABI; 0 where there is none."""
    try:
        return kernel.syscall(_CREATE, 0, 0, _VERSION_QUERY)
    except OSError as problem:
        if problem.errno in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            return 0
        raise


def describe() -> str:
    """What landlock keeps away from the code here, for the reader of `doctor`."""
    found = version()
    if found == 0:
        return "this kernel has no landlock, so files that nobody may read are the only ones kept from the code"
    missing = "" if found >= SIGNALS_SINCE else "; signals are kept in by the system-call filter only"
    return f"landlock {found} keeps files away, seccomp the network{missing}"


def restrict(read: Iterable[str | Path], write: Iterable[str | Path]) -> None:
    """Give up everything but reading below `read` and doing anything below `write`; does nothing without landlock."""
    found = version()
    if found == 0:
        return
    rights = sum(bits for since, bits in _RIGHTS_SINCE.items() if found >= since)
    attributes = struct.pack("=QQQ", rights, _TCP if found >= _TCP_SINCE else 0, _SCOPES)
    size = 24 if found >= SIGNALS_SINCE else 16 if found >= _TCP_SINCE else 8
    buffer = ctypes.create_string_buffer(attributes, 24)
    ruleset = kernel.syscall(_CREATE, ctypes.c_void_p(ctypes.addressof(buffer)), size, 0)
    for path in read:
        _allow(ruleset, path, _READ)
    for path in write:
        _allow(ruleset, path, rights)
    for path in _DEVICES:
        _allow(ruleset, path, rights)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.syscall(_RESTRICT, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str | Path, rights: int) -> None:
    """Add a rule; a path that is not there needs none."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not Path(f"/proc/self/fd/{handle}").is_dir():
        rights &= _FILE_RIGHTS if version() >= 3 else _FILE_RIGHTS & ~_TRUNCATE
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, handle), 12)
    kernel.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.c_void_p(ctypes.addressof(rule)), 0)
    os.close(handle)
