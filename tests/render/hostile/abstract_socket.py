# holds: an abstract unix socket of the host cannot be reached
# outcome: ok
# ruff: noqa
import socket

try:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect("\0@ABSTRACT@")
    print("BREACH: reached the host's socket")
except OSError:
    pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
