"""The few Linux calls the sandbox needs that Python 3.11 does not offer: namespaces, mounts, prctl, capabilities."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
PR_SET_CHILD_SUBREAPER, PR_CAP_AMBIENT = 36, 47
_AMBIENT_RAISE, _AMBIENT_CLEAR_ALL = 2, 4
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63

CAP_DAC_READ_SEARCH = 2

NOBODY = 65534

_CLONE = {"x86_64": 56, "aarch64": 220}

_libc = ctypes.CDLL(None, use_errno=True)
_holding_the_lock = ctypes.PyDLL(None, use_errno=True)


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapData(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: int | ctypes.c_void_p | None) -> int:
    """A raw system call; raises OSError when it fails."""
    plain = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _check(int(_libc.syscall(ctypes.c_long(number), *plain)), f"syscall {number}")


def fork_with(flags: int) -> int:
    """Like os.fork, with the CLONE_NEW* `flags`: one process less than fork, unshare and fork again.

    For a process of one thread only: the C library does not learn of the child, so that it may only compute, make
    system calls and fork properly. Raises OSError, also on a processor whose call number is not known here.
    """
    number = _CLONE.get(platform.machine())
    if number is None:
        raise OSError(errno.ENOSYS, f"clone is not known on {platform.machine()}")
    ctypes.pythonapi.PyOS_BeforeFork()
    result = int(_holding_the_lock.syscall(ctypes.c_long(number), ctypes.c_long(flags | signal.SIGCHLD), 0, 0, 0, 0))
    if result == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    return _check(result, "clone")


def mount(source: str, target: str, kind: str | None = None, flags: int = 0, options: str | None = None) -> None:
    """Attach a file system, or change how it is attached, as the system call of that name does."""
    parts = [part.encode() if part is not None else None for part in (source, target, kind)]
    data = options.encode() if options is not None else None
    _check(_libc.mount(*parts, ctypes.c_ulong(flags), data), f"mount {kind or 'bind'} on {target}")


def prctl(option: int, value: int = 0, third: int = 0) -> int:
    """Change a property of this process, as the system call of that name does."""
    zero = ctypes.c_ulong(0)
    result = _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), ctypes.c_ulong(third), zero, zero)
    return _check(int(result), f"prctl {option}")


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when its parent ends; `parent` is the parent's pid as seen from here."""
    prctl(PR_SET_PDEATHSIG, 9)
    if parent is not None and os.getppid() != parent:
        os._exit(125)


def set_capabilities(mask: int) -> None:
    """Keep exactly the capabilities of the bit `mask` (effective, permitted and inheritable)."""
    header = _CapHeader(_CAPABILITY_VERSION_3, 0)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    data = (_CapData * 2)(_CapData(low, low, low), _CapData(high, high, high))
    _check(_libc.capset(ctypes.byref(header), data), "capset")


def drop_capabilities(keep: tuple[int, ...] = ()) -> None:
    """Empty every capability set of this thread, the bounding set too, but for `keep`; forbid new privileges."""
    prctl(PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL)
    for capability in range(_LAST_CAPABILITY + 1):
        if capability not in keep:
            # EINVAL: past the kernel's last one. EPERM: no CAP_SETPCAP; no_new_privs and empty sets still hold.
            with contextlib.suppress(OSError):
                prctl(PR_CAPBSET_DROP, capability)
    set_capabilities(sum(1 << capability for capability in keep))
    for capability in keep:
        prctl(PR_CAP_AMBIENT, _AMBIENT_RAISE, capability)
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def become_nobody() -> None:
    """Give up root for the user nobody; does nothing for a process that is not root."""
    if os.getuid() != 0:
        return
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def map_self(uid: int, gid: int) -> None:
    """Map `uid` and `gid`, which this process had before CLONE_NEWUSER, to themselves in the new user namespace."""
    for name, line in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        handle = os.open(f"/proc/self/{name}", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
