import matplotlib.pyplot as plt
import numpy as np

directions = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"]
share_percent = [8, 6, 5, 9, 14, 27, 21, 10]
angles = np.linspace(0, 2 * np.pi, len(directions), endpoint=False)

fig, ax = plt.subplots(subplot_kw={"projection": "polar"}, figsize=(6, 6))
ax.bar(angles, share_percent, width=0.68, color="#3d7ea6", edgecolor="white", alpha=0.9)
ax.set_theta_zero_location("N")
ax.set_theta_direction(-1)
ax.set_xticks(angles, directions)
ax.set_rlabel_position(67)
ax.set_yticks([10, 20, 30], ["10%", "20%", "30%"])
ax.set_title("Wind directions at Cape Lund", pad=20)
fig.tight_layout()
plt.show()
