# holds: urllib gets an error, not a page
# outcome: ok
# ruff: noqa
import urllib.error
import urllib.request

try:
    urllib.request.urlopen("http://127.0.0.1:@PORT@/", timeout=2)
    print("BREACH: fetched")
except (urllib.error.URLError, OSError):
    pass

import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.show()
