# holds: names with newlines and bytes that are no UTF-8 harm nothing
# outcome: ok
# ruff: noqa
import os

import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.savefig("a\nb; rm -rf $HOME\r.png")
for name in (b"\xff\xfe.png", b"x" * 255, b"-rf", b"\x1b[31m.txt"):
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
