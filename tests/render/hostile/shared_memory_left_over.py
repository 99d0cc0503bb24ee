# holds: shared memory segments and files in /dev/shm do not outlive the job
# outcome: ok
# ruff: noqa
import os

for name in ("/dev/shm/left-over-of-a-job", "left-over-of-a-job"):
    if os.path.exists(name):
        print("BREACH: the shared memory of an earlier job is there")
    try:
        with open(name, "w") as file:
            file.write("x")
    except OSError as problem:
        print(problem)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
