import matplotlib.pyplot as plt

years = list(range(2018, 2025))
rents_eur = {
    "Leipzig": [540, 565, 590, 620, 665, 710, 745],
    "Dresden": [520, 540, 560, 585, 615, 650, 690],
}

fig, ax = plt.subplots(figsize=(8, 4.8))
for city, rents in rents_eur.items():
    ax.plot(years, rents, marker="o", linewidth=2, label=city)

ax.set_title("Average monthly rent, 2018-2024")
ax.set_xlabel("Year")
ax.set_ylabel("Rent (EUR)")
ax.set_xticks(years)
ax.grid(alpha=0.3)
ax.legend()
fig.tight_layout()
plt.show()
