import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

rng = np.random.default_rng(3)
typical_minutes = {"bike": 22, "bus": 38, "car": 30, "train": 47}
people_per_group = 60

commutes = pd.concat(
    pd.DataFrame({"transport": transport, "minutes": rng.gamma(shape=9, scale=typical / 9, size=people_per_group)})
    for transport, typical in typical_minutes.items()
)
order = commutes.groupby("transport")["minutes"].median().sort_values().index

sns.set_theme(style="whitegrid")
fig, ax = plt.subplots(figsize=(7.5, 5))
sns.boxplot(data=commutes, x="transport", y="minutes", order=order, color="#8ecae6", width=0.6, ax=ax)
ax.set_title("Commute time by transport")
ax.set_xlabel("Transport")
ax.set_ylabel("Minutes")
fig.tight_layout()
plt.show()
