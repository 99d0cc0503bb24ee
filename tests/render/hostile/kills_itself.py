# holds: a job that kills itself with SIGKILL is a failure, not a limit
# outcome: failed
# ruff: noqa
import os
import signal

os.kill(os.getpid(), signal.SIGKILL)
