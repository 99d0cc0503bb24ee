import matplotlib.pyplot as plt

budget_eur = {"Rent": 420, "Food": 210, "Transport": 60, "Phone": 20, "Leisure": 110, "Savings": 80}

fig, ax = plt.subplots(figsize=(6.5, 6))
ax.pie(
    list(budget_eur.values()),
    labels=list(budget_eur),
    autopct="%1.0f%%",
    pctdistance=0.8,
    startangle=90,
    counterclock=False,
    colors=plt.get_cmap("Set2").colors,
    wedgeprops={"width": 0.4, "edgecolor": "white"},
)
ax.text(0, 0, f"{sum(budget_eur.values())} EUR", ha="center", va="center", fontsize=18, weight="bold")
ax.set_title("Monthly student budget", fontsize=15)
fig.tight_layout()
plt.show()
