# holds: the host's password files cannot be read
# outcome: ok
# ruff: noqa
for path in ("/etc/passwd", "/etc/shadow", "/etc/gshadow", "/etc/ssh/sshd_config"):
    try:
        with open(path) as file:
            text = file.read()
    except OSError:
        continue
    if path != "/etc/passwd" or "daemon" in text or "/bin/bash" in text:
        print("BREACH:", path)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
