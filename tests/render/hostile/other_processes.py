# holds: no process of the host is to be seen, and the supervisor's memory is closed
# outcome: ok
# ruff: noqa
import os

ours = {os.getpid(), os.getppid()}
try:
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
except OSError:
    pids = []
if len(pids) > 4:
    print("BREACH: sees", len(pids), "processes")
for pid in (1, os.getppid()):
    for name in ("mem", "environ", "maps", "cwd", "root", "fd"):
        path = f"/proc/{pid}/{name}"
        try:
            os.listdir(path) if name in ("cwd", "root", "fd") else open(path, "rb").read(1)
            print("BREACH:", path)
        except OSError:
            pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
