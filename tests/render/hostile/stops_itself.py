# holds: a stopped process is ended by the wall clock
# outcome: timeout
# limit: wall
# ruff: noqa
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
