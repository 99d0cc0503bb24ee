# holds: a tree of folders a thousand deep is cleaned away
# outcome: ok|partial
# ruff: noqa
import os

for _ in range(1000):
    os.mkdir("d" * 20)
    os.chdir("d" * 20)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
