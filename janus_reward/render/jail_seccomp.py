"""The system-call filter of a job, assembled once as classic BPF (see seccomp(2)); x86-64 and arm64.

It is a list of what a drawing script has no business with; the namespaces, not this list, keep the host's things away.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import platform
import struct
from dataclasses import dataclass

from janus_reward.render import jail_kernel as kernel

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_ARCH_OFFSET, _NUMBER_OFFSET, _ARGUMENTS_OFFSET = 4, 0, 16
_X32_BIT = 0x40000000
_AF_UNIX = 1
_SHARED_ANONYMOUS = 0x21
_NAMESPACE_FLAGS = 0x7E020000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2

# name: (x86-64, arm64); None where the architecture has no such call
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": (435, 435),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioctl": (16, 29),
    "ioperm": (173, None),
    "iopl": (172, None),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "kill": (62, 129),
    "lookup_dcookie": (212, 18),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "migrate_pages": (256, 238),
    "mmap": (9, 222),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "pivot_root": (155, 41),
    "prlimit64": (302, 261),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "semget": (64, 190),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "setpriority": (141, 140),
    "settimeofday": (164, 170),
    "shmget": (29, 194),
    "socket": (41, 198),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "tgkill": (234, 131),
    "tkill": (200, 130),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
}

_ABSENT = ("clone3", "io_uring_setup", "io_uring_enter", "io_uring_register", "memfd_create", "memfd_secret")
"""Answered with ENOSYS, so that libraries fall back to the older call, which can be checked."""

_FORBIDDEN = (
    *("acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime", "delete_module"),
    *("fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "ioperm", "iopl"),
    *("ioprio_set", "kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "migrate_pages"),
    *("modify_ldt", "mount", "mount_setattr", "move_mount", "move_pages", "mq_open", "msgget", "name_to_handle_at"),
    *("open_by_handle_at", "open_tree", "perf_event_open", "personality", "pidfd_getfd", "pivot_root"),
    *("process_madvise", "process_mrelease", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl"),
    *("quotactl_fd", "reboot", "request_key", "semget", "setdomainname", "sethostname", "setns", "settimeofday"),
    *("shmget", "swapoff", "swapon", "syslog", "umount2", "unshare", "userfaultfd", "vhangup"),
)

_ONLY_ITSELF = ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")
"""First argument is a process id; only 0, the caller, is allowed."""


@dataclass(frozen=True)
class _Architecture:
    column: int
    audit: int


_ARCHITECTURES = {"x86_64": _Architecture(0, 0xC000003E), "aarch64": _Architecture(1, 0xC00000B7)}


def _step(code: int, value: int, jump_true: int = 0, jump_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, jump_true, jump_false, value)


def _answer(number: int) -> bytes:
    return _step(_RETURN, _ERRNO | number)


def _argument(index: int) -> bytes:
    """Load the low half of an argument (flags, families and pids fit it)."""
    return _step(_LOAD, _ARGUMENTS_OFFSET + 8 * index)


class _Program:
    def __init__(self, machine: _Architecture) -> None:
        self._machine = machine
        self.code = _step(_LOAD, _ARCH_OFFSET) + _step(_JUMP_EQUAL, machine.audit, 1, 0) + _step(_RETURN, _KILL)
        self.code += _step(_LOAD, _NUMBER_OFFSET)
        if machine.column == 0:
            self.code += _step(_JUMP_GREATER_EQUAL, _X32_BIT, 0, 1) + _answer(errno.ENOSYS)

    def when(self, name: str, body: bytes) -> None:
        """Run `body`, which must return, for the call of this name."""
        number = _NUMBERS[name][self._machine.column]
        if number is not None:
            self.code += _step(_JUMP_EQUAL, number, 0, len(body) // 8) + body

    def forbid(self, name: str, error: int = errno.EPERM) -> None:
        self.when(name, _answer(error))

    def require(self, name: str, index: int, allowed: tuple[int, ...], error: int = errno.EPERM) -> None:
        """Allow the call only when argument `index` is one of `allowed`."""
        tests = [_step(_JUMP_EQUAL, value, len(allowed) - i, 0) for i, value in enumerate(allowed)]
        self.when(name, _argument(index) + b"".join(tests) + _answer(error) + _step(_RETURN, _ALLOW))

    def refuse_bits(self, name: str, index: int, mask: int, pattern: int | None) -> None:
        """Refuse when `argument & mask` is `pattern` (any bit of the mask when that is `None`)."""
        masked = _argument(index) + _step(_AND, mask)
        test = _step(_JUMP_EQUAL, 0, 1, 0) if pattern is None else _step(_JUMP_EQUAL, pattern, 0, 1)
        self.when(name, masked + test + _answer(errno.EPERM) + _step(_RETURN, _ALLOW))


@functools.cache
def program(*, unix_sockets: bool = True, signals_to: int | None = None) -> bytes | None:
    """The filter as BPF instructions, or `None` on a processor this table does not know.

    Args:
        unix_sockets: allow socket(AF_UNIX); socketpair is always allowed.
        signals_to: the only process that may be signalled; `None` leaves that to the pid namespace.
    """
    machine = _ARCHITECTURES.get(platform.machine())
    if machine is None:
        return None
    made = _Program(machine)
    for name in _ABSENT:
        made.forbid(name, errno.ENOSYS)
    for name in _FORBIDDEN:
        made.forbid(name)
    for name in _ONLY_ITSELF:
        made.require(name, 0, (0,))
    made.require("setpriority", 1, (0,))
    made.require("socket", 0, (_AF_UNIX,) if unix_sockets else (), errno.EACCES)
    made.refuse_bits("clone", 0, _NAMESPACE_FLAGS, None)
    made.refuse_bits("mmap", 3, _SHARED_ANONYMOUS, _SHARED_ANONYMOUS)
    refused = _step(_JUMP_EQUAL, _TIOCSTI, 1, 0) + _step(_JUMP_EQUAL, _TIOCLINUX, 0, 1) + _answer(errno.EPERM)
    made.when("ioctl", _argument(1) + refused + _step(_RETURN, _ALLOW))
    if signals_to is not None:
        _restrict_signals(made, signals_to)
    return made.code + _step(_RETURN, _ALLOW)


def _restrict_signals(made: _Program, own: int) -> None:
    made.require("kill", 0, (own, 0))
    made.require("tgkill", 0, (own,))
    for name in ("tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"):
        made.forbid(name)


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(code: bytes | None) -> None:
    """Put the filter on this thread, for good; needs no_new_privs. `None` (unknown processor) does nothing."""
    if code is None:
        return
    buffer = ctypes.create_string_buffer(code, len(code))
    made = _FilterProgram(len(code) // 8, ctypes.addressof(buffer))
    kernel.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(made))
