# holds: a fork bomb stops at the job's bound on processes, and none of its processes is left
# outcome: exceeded
# limit: processes|cpu
# ruff: noqa
import ctypes
import os

ctypes.CDLL(None).prctl(15, b"@MARKER@")
while True:
    try:
        os.fork()
    except OSError:
        pass
