# holds: a folder without permissions is cleaned away
# outcome: ok|partial
# ruff: noqa
import os

os.makedirs("closed/inner")
open("closed/inner/file", "w").close()
os.chmod("closed/inner", 0)
os.chmod("closed", 0)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
