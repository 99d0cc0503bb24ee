# holds: kill(-1) reaches nobody but the job
# outcome: failed|ok
# weak: kill(-1) may end the job itself
# ruff: noqa
import os
import signal

for number in (signal.SIGTERM, signal.SIGKILL):
    try:
        os.kill(-1, number)
    except OSError as problem:
        print(problem)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
