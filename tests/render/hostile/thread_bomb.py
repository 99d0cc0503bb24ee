# holds: threads count as processes
# outcome: exceeded
# limit: processes
# ruff: noqa
import threading

gate = threading.Event()
while True:
    threading.Thread(target=gate.wait, daemon=True).start()
