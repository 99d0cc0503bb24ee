# holds: no address outside can be reached
# outcome: ok
# ruff: noqa
import socket

for address in (("192.0.2.1", 80), ("1.1.1.1", 443)):
    try:
        socket.create_connection(address, timeout=2)
        print("BREACH: reached", address)
    except OSError:
        pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
