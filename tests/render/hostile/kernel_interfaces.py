# holds: calls that widen the kernel's surface are refused
# outcome: ok
# ruff: noqa
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def must_fail(what, result):
    if result >= 0:
        print("BREACH:", what)


import platform

if platform.machine() == "x86_64":
    for number in (321, 298, 323, 248, 250, 425, 319, 246, 304, 435, 438, 308):
        must_fail(f"syscall {number}", libc.syscall(number, 0, 0, 0, 0, 0, 0))
must_fail(
    "clone with a new namespace", libc.syscall(56, 0x10000011, 0, 0, 0, 0) if platform.machine() == "x86_64" else -1
)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
