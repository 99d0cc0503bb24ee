import matplotlib.pyplot as plt

months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
temperature_c = [1.5, 1.6, 3.3, 6.1, 10.5, 13.3, 14.8, 14.5, 11.8, 8.5, 4.8, 2.6]
rain_mm = [255, 203, 201, 142, 106, 130, 149, 202, 249, 272, 264, 292]
sunshine_h = [19, 54, 98, 145, 188, 189, 176, 153, 95, 58, 27, 12]

fig, axes = plt.subplots(2, 2, figsize=(11, 7.5), layout="constrained")
(temperature_ax, rain_ax), (sun_ax, relation_ax) = axes

temperature_ax.plot(months, temperature_c, marker="o", color="#d1495b")
temperature_ax.set(title="Mean temperature", ylabel="Temperature (°C)")

rain_ax.bar(months, rain_mm, color="#30638e")
rain_ax.set(title="Rainfall", ylabel="Rain (mm)")

sun_ax.bar(months, sunshine_h, color="#f4a261")
sun_ax.set(title="Sunshine", ylabel="Hours")

relation_ax.scatter(rain_mm, sunshine_h, color="#6a4c93")
relation_ax.set(title="Rain against sunshine", xlabel="Rain (mm)", ylabel="Sunshine (hours)")

fig.suptitle("The weather in Bergen", fontsize=16)
plt.show()
