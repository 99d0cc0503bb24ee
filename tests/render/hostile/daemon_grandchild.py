# holds: a daemon that left the session and the parent is dead when the job is over
# outcome: ok
# ruff: noqa
import os
import sys

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(600)  # @MARKER@"])
    os._exit(0)
os.wait()

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
