import matplotlib.pyplot as plt

sold = {"croissants": 148, "bagels": 121, "sourdough": 96, "muffins": 64, "eclairs": 39}

fig, ax = plt.subplots(figsize=(7, 4.5))
bars = ax.bar(list(sold), list(sold.values()), color="#c8813c")
ax.bar_label(bars, padding=3)
ax.set_title("Saturday sales by product")
ax.set_xlabel("Product")
ax.set_ylabel("Pieces sold")
ax.set_ylim(0, 165)
ax.spines[["top", "right"]].set_visible(False)
fig.tight_layout()
plt.show()
