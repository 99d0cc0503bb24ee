# holds: the supervisor cannot be killed, stopped or interrupted
# outcome: ok
# weak: pid 1 is the machine's, and out of reach
# ruff: noqa
import os
import signal

for pid in {1, os.getppid()}:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except OSError as problem:
            print(problem)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
