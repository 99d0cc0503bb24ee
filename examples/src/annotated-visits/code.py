import matplotlib.pyplot as plt
import numpy as np

OPENING_WEEK = 15

rng = np.random.default_rng(21)
weeks = np.arange(1, 27)
since_opening = np.clip(weeks - OPENING_WEEK, 0, None)
exhibition_effect = np.where(weeks >= OPENING_WEEK, 900 * np.exp(-since_opening / 6), 0)
visits = 1200 + rng.normal(0, 60, size=weeks.size) + exhibition_effect

fig, ax = plt.subplots(figsize=(9, 4.8))
ax.plot(weeks, visits, color="#7d2e68", linewidth=2)
ax.fill_between(weeks, visits, color="#7d2e68", alpha=0.2)
ax.annotate(
    "Klimt exhibition opens",
    xy=(OPENING_WEEK, visits[OPENING_WEEK - 1]),
    xytext=(4, 2050),
    fontsize=11,
    arrowprops={"arrowstyle": "->", "color": "#333333"},
)
ax.set(title="Weekly museum visits", xlabel="Week", ylabel="Visits", xlim=(1, 26), ylim=(0, 2500))
ax.spines[["top", "right"]].set_visible(False)
fig.tight_layout()
plt.show()
