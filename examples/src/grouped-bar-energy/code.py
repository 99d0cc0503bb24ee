import matplotlib.pyplot as plt
import numpy as np

regions = ["North", "East", "South", "West"]
wind_gwh = [420, 310, 150, 275]
solar_gwh = [110, 180, 390, 240]

positions = np.arange(len(regions))
bar_width = 0.38

fig, ax = plt.subplots(figsize=(8, 5))
ax.bar(positions - bar_width / 2, wind_gwh, bar_width, label="Wind", color="steelblue")
ax.bar(positions + bar_width / 2, solar_gwh, bar_width, label="Solar", color="orange")
ax.set_xticks(positions, regions)
ax.set_xlabel("Region")
ax.set_ylabel("Generation (GWh)")
ax.set_title("Wind and solar generation by region")
ax.legend(frameon=False)
ax.grid(axis="y", alpha=0.3)
ax.set_axisbelow(True)
fig.tight_layout()
plt.show()
