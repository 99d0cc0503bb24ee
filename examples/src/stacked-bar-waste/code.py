import matplotlib.pyplot as plt
import numpy as np

districts = ["Harbour", "Old Town", "Hillside", "Millfield"]
tonnes = {
    "Recycled": ([120, 95, 140, 60], "#2a9d8f"),
    "Composted": ([45, 70, 110, 35], "#e9c46a"),
    "Landfill": ([210, 130, 90, 175], "#8d6e63"),
}

fig, ax = plt.subplots(figsize=(9, 4.5))
left = np.zeros(len(districts))
for treatment, (values, color) in tonnes.items():
    segments = ax.barh(districts, values, left=left, label=treatment, color=color)
    ax.bar_label(segments, label_type="center", color="#1b1b1b")
    left += values

ax.invert_yaxis()
ax.set_xlabel("Tonnes")
ax.set_ylabel("District")
ax.set_title("Household waste by district, 2024", pad=32)
ax.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
ax.spines[["top", "right"]].set_visible(False)
fig.tight_layout()
plt.show()
