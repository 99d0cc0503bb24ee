# holds: no datagram leaves, no name is resolved
# outcome: ok
# ruff: noqa
import socket

for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(family, kind)
            print("BREACH: a socket of family", family)
        except OSError:
            pass
try:
    print("BREACH: resolved", socket.gethostbyname("example.com"))
except OSError:
    pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
