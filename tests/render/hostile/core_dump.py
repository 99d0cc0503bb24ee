# holds: an abort leaves no core
# outcome: failed
# ruff: noqa
import os

os.abort()
