import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(7)
times_ms = rng.lognormal(mean=np.log(280), sigma=0.25, size=500)
median_ms = np.median(times_ms)

fig, ax = plt.subplots(figsize=(8, 4.8))
ax.hist(times_ms, bins=30, color="#5b8db8", edgecolor="white")
ax.axvline(median_ms, color="red", linewidth=2, label=f"Median: {median_ms:.0f} ms")
ax.set_title("Reaction times in the go/no-go task")
ax.set_xlabel("Reaction time (ms)")
ax.set_ylabel("Trials")
ax.legend()
fig.tight_layout()
plt.show()
