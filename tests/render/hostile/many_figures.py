# holds: no more pictures than the bound are kept
# outcome: ok
# pictures: 4
# ruff: noqa
import matplotlib.pyplot as plt

for i in range(12):
    plt.figure()
    plt.plot([i, i + 1, i])
    plt.title(str(i))
plt.show()
