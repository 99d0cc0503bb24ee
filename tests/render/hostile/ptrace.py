# holds: no process can be traced, no foreign memory read
# outcome: ok
# ruff: noqa
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def must_fail(what, result):
    if result >= 0:
        print("BREACH:", what)


for pid in (1, os.getppid(), int("@HOST_PID@")):
    must_fail("ptrace attach", libc.ptrace(16, pid, None, None))
    must_fail("ptrace seize", libc.ptrace(0x4206, pid, None, None))
    must_fail("process_vm_readv", libc.process_vm_readv(pid, None, 0, None, 0, 0))

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
