# holds: files in the host's temporary folder and in the repository cannot be read or written
# outcome: ok
# ruff: noqa
import os

for path in ("@CANARY@", "@REPO@/pyproject.toml", "@REPO@/.git/config"):
    for mode in ("r", "r+"):
        try:
            open(path, mode).close()
            print("BREACH:", mode, path)
        except OSError:
            pass
for folder in ("/usr", "/etc", "/", "/var", "@REPO@/janus_reward", "/run/matplotlib", "/dev"):
    path = os.path.join(folder, "owned-by-a-job")
    try:
        open(path, "w").close()
        print("BREACH: wrote", path)
    except OSError:
        pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
