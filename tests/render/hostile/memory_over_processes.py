# holds: memory is counted over all processes
# outcome: exceeded
# limit: memory
# ruff: noqa
import os
import time

for _ in range(12):
    if os.fork() == 0:
        hoard = bytearray(os.sysconf("SC_PAGE_SIZE")) * 25_000
        for i in range(0, len(hoard), 4096):
            hoard[i] = 1
        break
while True:
    time.sleep(1000)
