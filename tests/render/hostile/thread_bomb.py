# holds: threads count as processes
# outcome: exceeded
# limit: processes
import threading

gate = threading.Event()
while True:
    threading.Thread(target=gate.wait, daemon=True).start()
