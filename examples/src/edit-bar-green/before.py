import matplotlib.pyplot as plt

species = ["Ash", "Beech", "Cedar", "Douglas", "Elm"]
planted = [31, 54, 22, 67, 18]

fig, ax = plt.subplots(figsize=(7, 4.5))
ax.bar(species, planted, color="steelblue")
ax.set_title("Trees planted in the arboretum")
ax.set_xlabel("Species")
ax.set_ylabel("Trees")
fig.tight_layout()
plt.show()
