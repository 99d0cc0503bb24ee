# holds: no environment variable of the host arrives, not by /proc either
# outcome: ok
# ruff: noqa
import glob
import os

SECRET = "@SECRET@"
if any(SECRET in value for value in os.environ.values()):
    print("BREACH: environment")
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/task/*/environ"):
    try:
        with open(path, "rb") as file:
            if SECRET.encode() in file.read():
                print("BREACH:", path)
    except OSError:
        pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
