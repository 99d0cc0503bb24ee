# holds: a child that keeps stdout open does not keep the reader waiting
# outcome: ok
# ruff: noqa
import os
import time

if os.fork() == 0:
    os.setsid()
    while True:
        time.sleep(1000)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
