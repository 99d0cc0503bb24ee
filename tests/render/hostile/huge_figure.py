# holds: a figure of gigapixels is refused before it is drawn
# outcome: exceeded|failed
# limit: pixels|memory|none
# ruff: noqa
import matplotlib.pyplot as plt

plt.figure(figsize=(1000, 1000), dpi=1000)
plt.plot([1, 2])
plt.savefig("huge.png")
