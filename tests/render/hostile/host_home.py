# holds: the home folder cannot be read
# outcome: ok
# ruff: noqa
import os

for home in ("@HOME@", "/root", "/home"):
    for name in (".ssh", ".bashrc", ".profile", ".bash_history", ".config", ".cache"):
        if os.access(os.path.join(home, name), os.R_OK):
            print("BREACH:", home, name)
    try:
        listed = os.listdir(home)
    except OSError:
        continue
    if any(name.startswith(".bash") for name in listed):
        print("BREACH:", home, listed)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
