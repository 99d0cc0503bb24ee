# holds: there is no descriptor but the job's own
# outcome: failed|ok
# ruff: noqa
import os

for fd in range(4, 256):
    try:
        os.write(fd, b"E\x00\x00\x00\x02{}")
        print("BREACH: wrote to descriptor", fd)
    except OSError:
        pass
