# holds: a deleted working folder harms the job only
# outcome: ok|failed|partial
# ruff: noqa
import os
import shutil

shutil.rmtree(os.getcwd(), ignore_errors=True)

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
