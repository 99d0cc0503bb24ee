# holds: an abort leaves no core
# outcome: failed
import os

os.abort()
