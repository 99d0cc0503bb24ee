# holds: no new namespace, mount, root folder or user
# outcome: ok
# ruff: noqa
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def must_fail(what, result):
    if result >= 0:
        print("BREACH:", what)


for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000):
    must_fail("unshare", libc.unshare(flag))
must_fail("mount", libc.mount(b"none", b"/tmp", b"tmpfs", 0, None))
must_fail("bind", libc.mount(b"/", b"/mnt", None, 4096, None))
must_fail("umount", libc.umount2(b"/proc", 2))
must_fail("chroot", libc.chroot(b"/"))
must_fail("setuid", libc.setuid(0))
must_fail("setgid", libc.setgid(0))
must_fail("sethostname", libc.sethostname(b"x", 1))
must_fail("reboot", libc.reboot(0))

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
