# holds: children in sessions of their own die with the job
# outcome: ok
# ruff: noqa
import os
import subprocess

for _ in range(4):
    subprocess.Popen(["/bin/sleep", "600.@NUMBER@"], start_new_session=True)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
