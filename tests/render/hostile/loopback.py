# holds: a listener on the host's loopback cannot be reached
# outcome: ok
# ruff: noqa
import socket

for host in ("127.0.0.1", "localhost", "::1"):
    try:
        socket.create_connection((host, int("@PORT@")), timeout=2).send(b"hello")
        print("BREACH: reached", host)
    except OSError:
        pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
