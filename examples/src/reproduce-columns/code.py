import matplotlib.pyplot as plt

days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
parcels = [12, 19, 7, 24, 16]

fig, ax = plt.subplots(figsize=(6, 4))
ax.bar(days, parcels, color="purple")
ax.set_title("Parcels delivered")
ax.set_xlabel("Weekday")
ax.set_ylabel("Parcels")
fig.tight_layout()
plt.show()
