import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(12)
# species, colour, marker, metres gained per centimetre of trunk, height of the thinnest trunk
species_traits = [
    ("oak", "#2e7d32", "o", 0.25, 4.0),
    ("birch", "#e07a1f", "^", 0.42, 6.0),
]

fig, ax = plt.subplots(figsize=(7.5, 5))
for species, color, marker, growth, base in species_traits:
    diameter_cm = rng.uniform(12, 55, size=12)
    height_m = base + growth * diameter_cm + rng.normal(0, 1.4, size=12)
    slope, intercept = np.polyfit(diameter_cm, height_m, deg=1)
    ends = np.array([diameter_cm.min(), diameter_cm.max()])
    ax.scatter(diameter_cm, height_m, color=color, marker=marker, s=45, label=species)
    ax.plot(ends, slope * ends + intercept, color=color, linestyle="--", linewidth=1.5)

ax.set_title("Height and trunk diameter of park trees")
ax.set_xlabel("Trunk diameter (cm)")
ax.set_ylabel("Height (m)")
ax.legend(title="Species")
ax.grid(alpha=0.25)
fig.tight_layout()
plt.show()
