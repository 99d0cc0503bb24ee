# holds: an endless loop that ignores every signal it can is ended by the wall clock
# outcome: timeout
# limit: wall
# ruff: noqa
import signal
import threading

for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
threading.Event().wait()
