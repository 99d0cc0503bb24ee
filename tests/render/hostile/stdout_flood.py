# holds: gigabytes of stdout fill nothing and keep nobody waiting
# outcome: timeout|ok
# limit: cpu|wall|none
# ruff: noqa
import os

block = b"0123456789abcdef" * 65536
for _ in range(10_000):
    os.write(1, block)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
