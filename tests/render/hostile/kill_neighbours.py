# holds: no process outside the job can be signalled
# outcome: ok
import os
import signal

for pid in (@HOST_PID@, @VICTIM@):
    try:
        os.kill(pid, signal.SIGKILL)
        print("reached", pid)
    except OSError:
        pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
