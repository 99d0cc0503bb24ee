import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
slots = ["9-12", "12-15", "15-18", "18-21"]
counts = [
    [34, 52, 88, 41],
    [29, 47, 92, 38],
    [45, 61, 120, 55],
    [31, 50, 97, 44],
    [38, 66, 104, 27],
    [96, 131, 75, 18],
]
visitors = pd.DataFrame(counts, index=weekdays, columns=slots)

fig, ax = plt.subplots(figsize=(7, 5))
sns.heatmap(
    visitors,
    annot=True,
    fmt="d",
    cmap="YlGnBu",
    linewidths=0.5,
    cbar_kws={"label": "Visitors"},
    ax=ax,
)
ax.set_title("Library visitors by weekday and hour")
ax.set_xlabel("Time of day")
ax.set_ylabel("Weekday")
ax.tick_params(axis="y", rotation=0)
fig.tight_layout()
plt.show()
