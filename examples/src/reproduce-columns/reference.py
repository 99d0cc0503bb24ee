import matplotlib

matplotlib.use("Agg")
from matplotlib.figure import Figure

figure = Figure(figsize=(6, 4), dpi=100)
axes = figure.add_subplot()
axes.bar(range(5), [12, 19, 7, 24, 16], tick_label=["Mon", "Tue", "Wed", "Thu", "Fri"], color="purple")
axes.set(title="Parcels delivered", xlabel="Weekday", ylabel="Parcels")
figure.tight_layout()
figure.savefig("reference.png")
