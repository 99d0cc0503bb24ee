# holds: processor time is counted over all processes
# outcome: timeout
# limit: cpu|wall
# ruff: noqa
import os

for _ in range(3):
    if os.fork() == 0:
        break
while True:
    pass
