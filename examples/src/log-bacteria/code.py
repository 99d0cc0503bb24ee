import matplotlib.pyplot as plt
import numpy as np

START_CELLS = 1000
cultures = [("Culture A", 30, "#00796b"), ("Culture B", 55, "#c2410c")]
hours = np.linspace(0, 10, 101)

fig, ax = plt.subplots(figsize=(8, 5))
for name, doubling_min, color in cultures:
    cells = START_CELLS * 2 ** (hours * 60 / doubling_min)
    ax.plot(hours, cells, color=color, linewidth=2.2)
    ax.text(hours[-1] + 0.15, cells[-1], name, color=color, va="center")

ax.set_yscale("log")
ax.set_xlim(0, 11.8)
ax.set_title("Growth of two cultures (log scale)")
ax.set_xlabel("Time (h)")
ax.set_ylabel("Cells per ml")
ax.grid(alpha=0.3)
fig.tight_layout()
plt.show()
