# holds: pickle bytes among the results are never loaded
# outcome: failed
# ruff: noqa
import os
import pickle


class Bomb:
    def __reduce__(self):
        return (os.system, ("touch @CANARY_DIR@/owned",))


os.write(3, pickle.dumps(Bomb()))

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
