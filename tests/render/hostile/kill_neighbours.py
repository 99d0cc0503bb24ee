# holds: no process outside the job can be signalled
# outcome: ok
# ruff: noqa
import os
import signal

for pid in (int("@HOST_PID@"), int("@VICTIM@")):
    try:
        os.kill(pid, signal.SIGKILL)
        print("reached", pid)
    except OSError:
        pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
