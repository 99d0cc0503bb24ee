# holds: setuid programs give no rights
# outcome: ok
# ruff: noqa
import subprocess

for argv in (["su", "-c", "id -u"], ["mount"], ["passwd", "-S"]):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL)
    except OSError:
        continue
    if done.stdout.strip() == "0":
        print("BREACH:", argv)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
