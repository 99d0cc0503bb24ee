# holds: megabytes of stderr before stdout do not block
# outcome: ok
# ruff: noqa
import sys

sys.stderr.write("e" * 5_000_000)
sys.stdout.write("o" * 5_000_000)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
