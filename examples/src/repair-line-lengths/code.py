import matplotlib.pyplot as plt

hours = [8, 9, 10, 11, 12, 13]
carbon_dioxide_ppm = [412, 455, 530, 610, 585, 540]

fig, ax = plt.subplots(figsize=(7, 4.5))
ax.plot(hours, carbon_dioxide_ppm, marker="s", color="#b5179e")
ax.set_title("Carbon dioxide in room 204")
ax.set_xlabel("Hour")
ax.set_ylabel("CO2 (ppm)")
ax.grid(alpha=0.3)
fig.tight_layout()
plt.show()
