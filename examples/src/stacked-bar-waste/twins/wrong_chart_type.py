import matplotlib.pyplot as plt

totals = {"Recycled": 415, "Composted": 260, "Landfill": 605}

fig, ax = plt.subplots(figsize=(9, 4.5))
ax.pie(list(totals.values()), labels=list(totals), colors=["#2a9d8f", "#e9c46a", "#8d6e63"])
ax.set_title("Household waste by district, 2024")
fig.tight_layout()
plt.show()
