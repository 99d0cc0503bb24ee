# holds: libraries on disk cannot be changed
# outcome: ok
# ruff: noqa
import os

import matplotlib
import numpy

for module in (matplotlib, numpy):
    folder = os.path.dirname(module.__file__)
    for name in ("__init__.py", "__pycache__/__init__.cpython-311.pyc", "owned-by-a-job.py"):
        try:
            open(os.path.join(folder, name), "a").close()
            print("BREACH:", name)
        except OSError:
            pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
